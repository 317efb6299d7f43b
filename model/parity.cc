// SPDX-License-Identifier: Apache-2.0
#include "model/parity.h"

#include <algorithm>
#include <numeric>

#include "model/parity_model.h"
#include "model/parity_tensors.h"

namespace longhaul::model {
namespace {

constexpr int64_t kGreedyPrompt = 16;  // tokens of row 0 that greedy_ids continue

struct HiddenRecorder {
  ParityTensors* out;
  std::vector<int64_t> rows_shape;  // leading dimensions of the result
};

void RecordHidden(void* context, int64_t layer, const TensorView& hidden) {
  auto* recorder = static_cast<HiddenRecorder*>(context);
  std::vector<int64_t> shape = recorder->rows_shape;
  shape.push_back(hidden.dim(1));
  const float* data = hidden.as<float>();
  (*recorder->out)[fmt::format("hidden.{}", layer)] =
      Floats(shape, std::vector<float>(data, data + hidden.numel()));
}

class Run {
 public:
  Run(ParityModel* model, const SafetensorsReader& file, const SafetensorsReader& inputs)
      : model_(*model), file_(file), inputs_(inputs) {}

  StatusOr<ParityTensors> All() {
    if (inputs_.Has("prompt_ids")) {
      RETURN_IF_ERROR(Decode());
    } else if (inputs_.Has("segment_parent")) {
      RETURN_IF_ERROR(Tree());
    } else {
      RETURN_IF_ERROR(Plain());
    }
    return std::move(out_);
  }

 private:
  Status Plain();
  Status Tree();
  Status Decode();
  Status Greedy(std::span<const int32_t> row);
  Status StatesAtEnd(std::span<const int32_t> row);

  StatusOr<std::vector<int32_t>> Tokens(const std::string& name) {
    ASSIGN_OR_RETURN(ParityTensor tensor, ReadInts(inputs_, name));
    std::vector<int32_t> tokens;
    for (int64_t id : tensor.ints) {
      if (id < 0 || id >= model_.config().vocab_size) {
        return InvalidArgument("{}: '{}' holds token {}, outside the vocabulary of {}",
                               inputs_.FileOf(name), name, id, model_.config().vocab_size);
      }
      tokens.push_back(static_cast<int32_t>(id));
    }
    if (tokens.empty()) {
      return InvalidArgument("{}: '{}' is empty", inputs_.FileOf(name), name);
    }
    if (file_.Has(name)) out_[name] = std::move(tensor);
    return tokens;
  }

  // Logits of every row, hidden states, and gradients of sum weight[i] * logprob[i].
  struct Pass {
    std::vector<float> logprobs, entropy;
  };
  StatusOr<Pass> RunBatch(const TokenBatch& batch, std::span<const float> weights,
                          const std::vector<int64_t>& rows_shape);
  void PutGradients(const Gradients& gradients);
  void PutStates(const char* prefix);
  bool WantsGradients() const {
    for (const std::string& name : file_.Names()) {
      if (name.starts_with("grad.")) return true;
    }
    return false;
  }

  ParityModel& model_;
  const SafetensorsReader& file_;
  const SafetensorsReader& inputs_;
  ParityTensors out_;
};

StatusOr<Run::Pass> Run::RunBatch(const TokenBatch& batch, std::span<const float> weights,
                                  const std::vector<int64_t>& rows_shape) {
  ASSIGN_OR_RETURN(std::unique_ptr<TrainingPass> pass, model_.TrainingPassFor(batch));
  HiddenRecorder recorder{&out_, rows_shape};
  pass->set_hidden_observer(RecordHidden, &recorder);
  pass->Forward(model_.stream(), model_.weights(), batch);
  const int64_t n = batch.num_tokens(), vocab = model_.config().vocab_size;
  if (file_.Has("logits")) {
    std::vector<int32_t> rows(static_cast<size_t>(n));
    std::iota(rows.begin(), rows.end(), 0);
    std::vector<float> logits(static_cast<size_t>(n * vocab));
    pass->Logits(model_.stream(), rows, MutableTensorView(logits.data(), Shape{n, vocab}));
    std::vector<int64_t> shape = rows_shape;
    shape.push_back(vocab);
    out_["logits"] = Floats(shape, std::move(logits));
  }
  Pass result;
  result.logprobs.resize(static_cast<size_t>(batch.num_targets()));
  result.entropy.resize(result.logprobs.size());
  if (result.logprobs.empty()) return result;
  pass->Logprobs(model_.stream(), 1.0f, result.logprobs, result.entropy);
  if (WantsGradients()) {
    pass->set_hidden_observer(nullptr, nullptr);
    Gradients gradients = Gradients::Create(model_.config());
    pass->Backward(model_.stream(), weights, {}, &gradients);
    PutGradients(gradients);
  }
  return result;
}

void Run::PutGradients(const Gradients& gradients) {
  for (const NamedTensor& g : gradients.tensors()) {
    std::vector<int64_t> shape;
    for (int i = 0; i < g.tensor.shape().rank(); ++i) shape.push_back(g.tensor.shape()[i]);
    const float* data = g.tensor.as<float>();
    out_["grad." + g.name] = Floats(shape, std::vector<float>(data, data + g.tensor.numel()));
  }
}

void Run::PutStates(const char* prefix) {
  const ModelConfig& c = model_.config();
  for (auto& [layer, state] : model_.LightningStates()) {
    out_[fmt::format("{}.{}", prefix, layer)] =
        Floats({c.num_attention_heads, c.head_dim, c.head_dim}, std::move(state));
  }
}

Status Run::Plain() {
  ASSIGN_OR_RETURN(std::vector<int32_t> tokens, Tokens("input_ids"));
  ASSIGN_OR_RETURN(TensorView view, inputs_.Get("input_ids"));
  const int rank = view.shape.rank();
  if (rank != 1 && rank != 2) {
    return InvalidArgument("{}: input_ids must be [B, T] or [T]", inputs_.FileOf("input_ids"));
  }
  const int64_t rows = rank == 2 ? view.dim(0) : 1, length = view.dim(rank - 1);
  std::vector<int64_t> shape = {length};
  if (rank == 2) shape = {rows, length};
  TokenBatch batch;
  for (int64_t r = 0; r < rows; ++r) {
    batch.AddSegment(
        std::span(tokens).subspan(static_cast<size_t>(r * length), static_cast<size_t>(length)),
        -1);
  }
  if (inputs_.Has("labels")) {
    ASSIGN_OR_RETURN(batch.targets, Tokens("labels"));
    if (batch.targets.size() != tokens.size()) {
      return InvalidArgument("{}: labels and input_ids differ in size", inputs_.FileOf("labels"));
    }
    batch.rows.resize(tokens.size());
    std::iota(batch.rows.begin(), batch.rows.end(), 0);
  }
  const std::vector<float> weights(batch.rows.size(), -1.0f / static_cast<float>(tokens.size()));
  ASSIGN_OR_RETURN(Pass pass, RunBatch(batch, weights, shape));
  if (!pass.logprobs.empty()) {
    const double sum = std::accumulate(pass.logprobs.begin(), pass.logprobs.end(), 0.0);
    out_["loss"] = Floats({1}, {static_cast<float>(-sum / static_cast<double>(tokens.size()))});
    out_["logprobs"] = Floats(shape, std::move(pass.logprobs));
    out_["entropy"] = Floats(shape, std::move(pass.entropy));
  }
  const std::span<const int32_t> first(tokens.data(), static_cast<size_t>(length));
  if (file_.Has("greedy_ids")) RETURN_IF_ERROR(Greedy(first));
  return StatesAtEnd(first);
}

Status Run::Greedy(std::span<const int32_t> row) {
  ASSIGN_OR_RETURN(TensorView expected, file_.Get("greedy_ids"));
  const int64_t count = expected.numel(), vocab = model_.config().vocab_size;
  const auto prompt = row.first(std::min<size_t>(row.size(), kGreedyPrompt));
  RETURN_IF_ERROR(model_.Begin(static_cast<int64_t>(prompt.size()) + count));
  std::vector<float> logits = model_.Advance(prompt);
  ParityTensor greedy{{count}, {}, {}};
  for (int64_t i = 0; i < count; ++i) {
    const auto last = logits.end() - vocab;
    const auto token = static_cast<int32_t>(std::max_element(last, logits.end()) - last);
    greedy.ints.push_back(token);
    logits = model_.Advance({&token, 1});
  }
  out_["greedy_ids"] = std::move(greedy);
  return OkStatus();
}

Status Run::StatesAtEnd(std::span<const int32_t> row) {
  const std::vector<std::string> names = file_.Names();
  const bool wanted = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("state_end.");
  });
  if (!wanted) return OkStatus();
  RETURN_IF_ERROR(model_.Begin(static_cast<int64_t>(row.size())));
  model_.Advance(row);
  PutStates("state_end");
  return OkStatus();
}

Status Run::Decode() {
  ASSIGN_OR_RETURN(std::vector<int32_t> prompt, Tokens("prompt_ids"));
  ASSIGN_OR_RETURN(std::vector<int32_t> continuation, Tokens("continuation_ids"));
  const int64_t vocab = model_.config().vocab_size;
  RETURN_IF_ERROR(model_.Begin(static_cast<int64_t>(prompt.size() + continuation.size())));
  std::vector<float> logits = model_.Advance(prompt);
  out_["prefill_logits"] = Floats({vocab}, std::vector<float>(logits.end() - vocab, logits.end()));
  PutStates("state");
  std::vector<float> all;
  for (int32_t token : continuation) {
    logits = model_.Advance({&token, 1});
    all.insert(all.end(), logits.begin(), logits.end());
  }
  out_["logits"] = Floats({static_cast<int64_t>(continuation.size()), vocab}, std::move(all));
  PutStates("state_end");
  return OkStatus();
}

Status Run::Tree() {
  ASSIGN_OR_RETURN(std::vector<int32_t> tokens, Tokens("input_ids"));
  const int64_t n = static_cast<int64_t>(tokens.size());
  for (const char* name : {"segment_parent", "segment_start", "segment_length"}) {
    ASSIGN_OR_RETURN(out_[name], ReadInts(inputs_, name));
  }
  const std::vector<int64_t>& parents = out_["segment_parent"].ints;
  const std::vector<int64_t>& starts = out_["segment_start"].ints;
  const std::vector<int64_t>& lengths = out_["segment_length"].ints;
  ASSIGN_OR_RETURN(std::vector<float> mask, inputs_.GetF32("loss_mask"));
  TokenBatch batch;
  std::vector<int32_t> target_token;  // token that target i is, to put results back
  for (size_t s = 0; s < parents.size(); ++s) {
    const bool fits = starts.size() == parents.size() && lengths.size() == parents.size() &&
                      starts[s] == batch.num_tokens() && lengths[s] >= 1 &&
                      starts[s] + lengths[s] <= n && parents[s] >= -1 &&
                      parents[s] < static_cast<int64_t>(s);
    if (!fits) return InvalidArgument("{}: bad segment {}", inputs_.FileOf("segment_start"), s);
    const auto part =
        std::span(tokens).subspan(static_cast<size_t>(starts[s]), static_cast<size_t>(lengths[s]));
    const int32_t index = batch.AddSegment(part, static_cast<int32_t>(parents[s]));
    const int64_t first = parents[s] < 0 ? 1 : 0;
    batch.AddTargets(index, first);
    for (int64_t i = first; i < lengths[s]; ++i) {
      target_token.push_back(static_cast<int32_t>(starts[s] + i));
    }
  }
  if (batch.num_tokens() != n || static_cast<int64_t>(mask.size()) != n) {
    return InvalidArgument("{}: segments, loss_mask and input_ids differ in size",
                           inputs_.FileOf("input_ids"));
  }
  std::vector<float> weights;
  for (int32_t token : target_token) weights.push_back(-mask[static_cast<size_t>(token)]);
  for (int32_t row = 0; row < n; ++row) {  // entropy is wanted after every token, predicted or not
    batch.rows.push_back(row);
    batch.targets.push_back(0);
    weights.push_back(0);
  }
  ASSIGN_OR_RETURN(Pass pass, RunBatch(batch, weights, {n}));
  std::vector<float> logprobs(static_cast<size_t>(n), 0.0f);
  double loss = 0;
  for (size_t i = 0; i < target_token.size(); ++i) {
    logprobs[static_cast<size_t>(target_token[i])] = pass.logprobs[i];
    loss += static_cast<double>(weights[i]) * pass.logprobs[i];
  }
  out_["logprobs"] = Floats({n}, std::move(logprobs));
  out_["entropy"] = Floats({n}, std::vector<float>(pass.entropy.end() - n, pass.entropy.end()));
  out_["loss"] = Floats({1}, {static_cast<float>(loss)});
  out_["loss_mask"] = Floats({n}, std::move(mask));
  ParityTensor positions{{n}, {}, {}};
  for (const kernels::Segment& s : batch.segments) {
    for (int64_t i = 0; i < s.length; ++i) positions.ints.push_back(s.position + i);
  }
  out_["position_ids"] = std::move(positions);
  return OkStatus();
}

}  // namespace

StatusOr<ParityReport> RunParity(const std::string& model_dir, const std::string& golden_path,
                                 const ParityOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<SafetensorsReader> file, SafetensorsReader::Open(golden_path));
  std::unique_ptr<SafetensorsReader> beside;
  const SafetensorsReader* inputs = file.get();
  if (!file->Has("input_ids") && !file->Has("prompt_ids")) {
    const std::string path = JoinPath(ParentDirectory(golden_path), "golden.safetensors");
    if (!FileExists(path)) {
      return InvalidArgument("{}: has neither 'input_ids' nor 'prompt_ids'", golden_path);
    }
    ASSIGN_OR_RETURN(beside, SafetensorsReader::Open(path));
    inputs = beside.get();
  }
  ASSIGN_OR_RETURN(
      std::unique_ptr<ParityModel> model,
      ParityModel::Load(model_dir, {.precision = options.precision}, options.num_threads));
  ASSIGN_OR_RETURN(ParityTensors produced, Run(model.get(), *file, *inputs).All());
  ASSIGN_OR_RETURN(ParityReport report, CompareTensors(*file, golden_path, produced, options));
  if (options.out_path.empty()) return report;
  // Only what the file holds, so that the two have the same names.
  std::erase_if(produced, [&](const auto& item) { return !file->Has(item.first); });
  RETURN_IF_ERROR(WriteTensors(options.out_path, produced));
  return report;
}

}  // namespace longhaul::model
