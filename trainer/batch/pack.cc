// SPDX-License-Identifier: Apache-2.0
#include "trainer/batch/pack.h"

#include "common/check.h"

namespace longhaul::trainer {
namespace {

class Packer {
 public:
  explicit Packer(const PackOptions& options) : options_(options) {}

  void Add(int32_t index, const TrainSequence& sequence) {
    CHECK_LE(sequence.num_tokens(), options_.max_tokens) << "sequence " << index;
    CHECK(!sequence.response.empty());
    if (batches_.empty() || !Fits(sequence)) Open();
    model::TokenBatch& tokens = batches_.back().tokens;
    batches_.back().sequences.push_back(index);
    if (options_.shape == PackShape::kPlain) {
      std::vector<int32_t> path = sequence.prompt;
      path.insert(path.end(), sequence.response.begin(), sequence.response.end());
      const int32_t segment = tokens.AddSegment(path, -1);
      tokens.AddTargets(segment, static_cast<int64_t>(sequence.prompt.size()));
      return;
    }
    if (!SharesTrunk(sequence)) {
      trunk_ = tokens.AddSegment(sequence.prompt, -1);
      trunk_group_ = sequence.group;
    }
    tokens.AddTargets(tokens.AddSegment(sequence.response, trunk_), 0);
  }

  std::vector<PackedBatch> Take() { return std::move(batches_); }

 private:
  bool SharesTrunk(const TrainSequence& sequence) const {
    return trunk_ >= 0 && sequence.group == trunk_group_;
  }

  bool Fits(const TrainSequence& sequence) const {
    const bool shares = options_.shape == PackShape::kTree && SharesTrunk(sequence);
    const int64_t tokens =
        shares ? static_cast<int64_t>(sequence.response.size()) : sequence.num_tokens();
    const int64_t segments = options_.shape == PackShape::kPlain || shares ? 1 : 2;
    const model::TokenBatch& batch = batches_.back().tokens;
    return batch.num_tokens() + tokens <= options_.max_tokens &&
           static_cast<int64_t>(batch.segments.size()) + segments <= options_.max_segments;
  }

  void Open() {
    batches_.emplace_back();
    trunk_ = -1;
  }

  PackOptions options_;
  std::vector<PackedBatch> batches_;
  int32_t trunk_ = -1;  // segment of the prompt in the open batch
  int32_t trunk_group_ = 0;
};

}  // namespace

std::vector<PackedBatch> PackSequences(std::span<const TrainSequence> sequences,
                                       const PackOptions& options) {
  CHECK_GE(options.max_segments, 2);
  Packer packer(options);
  for (size_t i = 0; i < sequences.size(); ++i) {
    packer.Add(static_cast<int32_t>(i), sequences[i]);
  }
  return packer.Take();
}

}  // namespace longhaul::trainer
