// SPDX-License-Identifier: Apache-2.0
#include "trainer/state/run_checkpoint.h"

#include "common/file.h"
#include "model/export.h"

namespace longhaul::trainer {
namespace {

// Room for configuration, tokenizer, state and groups, asked for beside the tensors.
constexpr int64_t kSmallFilesBytes = 64 << 20;

template <typename Message>
StatusOr<Message> ParseMessage(const CheckpointReader& checkpoint, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string bytes, checkpoint.ReadFile(name));
  Message message;
  if (!message.ParseFromString(bytes)) {
    return DataLoss("{}: cannot be read as {}", checkpoint.PathOf(name), message.GetTypeName());
  }
  return message;
}

Status AddGroups(const std::string& name, const std::vector<proto::Group>& groups,
                 CheckpointWriter* writer) {
  proto::SnapshotReply list;
  list.mutable_groups()->Assign(groups.begin(), groups.end());
  return writer->AddFile(name, list.SerializeAsString());
}

StatusOr<std::vector<proto::Group>> ReadGroups(const CheckpointReader& checkpoint,
                                               const std::string& name) {
  ASSIGN_OR_RETURN(proto::SnapshotReply list, ParseMessage<proto::SnapshotReply>(checkpoint, name));
  return std::vector<proto::Group>(list.groups().begin(), list.groups().end());
}

Status AddGroupFiles(const GroupsInTheMaking& groups, CheckpointWriter* writer) {
  proto::LeaseReply leases;
  leases.mutable_leases()->Assign(groups.leases.begin(), groups.leases.end());
  RETURN_IF_ERROR(writer->AddFile("leases.pb", leases.SerializeAsString()));
  RETURN_IF_ERROR(AddGroups("returned.pb", groups.returned, writer));
  RETURN_IF_ERROR(AddGroups("pending.pb", groups.pending, writer));
  return AddGroups("dropped.pb", groups.dropped, writer);
}

Status AddModel(const std::string& directory, const SaveArgs& args,
                const model::Parameters& parameters) {
  RETURN_IF_ERROR(CreateDirectories(directory));
  return model::SaveModel(directory, *args.model_config, parameters, {});
}

}  // namespace

StatusOr<std::string> SaveRunCheckpoint(const SaveArgs& args) {
  const int64_t copies = args.reference != nullptr ? 2 : 1;
  Json metadata = Json::Object();
  metadata.Set("step", args.step).Set("model_type", args.model_config->model_type);
  metadata.Set("num_parameters", args.parameters->numel());
  ASSIGN_OR_RETURN(auto writer, CheckpointWriter::Create(
                                    {.root = args.root,
                                     .name = CheckpointName(args.step),
                                     .estimated_bytes = copies * args.parameters->bytes() +
                                                        args.optimizer->bytes() + kSmallFilesBytes,
                                     .metadata = std::move(metadata)}));
  const std::string& directory = writer->directory();
  RETURN_IF_ERROR(AddModel(directory, args, *args.parameters));
  if (args.tokenizer != nullptr) RETURN_IF_ERROR(args.tokenizer->Save(directory));
  if (args.reference != nullptr) {
    RETURN_IF_ERROR(AddModel(JoinPath(directory, "reference"), args, *args.reference));
  }
  RETURN_IF_ERROR(CreateDirectories(JoinPath(directory, "optimizer")));
  RETURN_IF_ERROR(args.optimizer->Save(JoinPath(directory, "optimizer")));
  RETURN_IF_ERROR(writer->AddFile("state.json", args.state.ToPrettyString() + "\n"));
  RETURN_IF_ERROR(AddGroupFiles(*args.groups, writer.get()));
  RETURN_IF_ERROR(writer->AddFile("run.yaml", args.config_text));
  return writer->Commit();
}

StatusOr<GroupsInTheMaking> LoadGroups(const CheckpointReader& checkpoint) {
  GroupsInTheMaking groups;
  ASSIGN_OR_RETURN(proto::LeaseReply leases,
                   ParseMessage<proto::LeaseReply>(checkpoint, "leases.pb"));
  groups.leases.assign(leases.leases().begin(), leases.leases().end());
  ASSIGN_OR_RETURN(groups.returned, ReadGroups(checkpoint, "returned.pb"));
  ASSIGN_OR_RETURN(groups.pending, ReadGroups(checkpoint, "pending.pb"));
  ASSIGN_OR_RETURN(groups.dropped, ReadGroups(checkpoint, "dropped.pb"));
  return groups;
}

}  // namespace longhaul::trainer
