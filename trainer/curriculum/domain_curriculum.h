// SPDX-License-Identifier: Apache-2.0
//
// DomainCurriculum: how often each domain is drawn once so many steps are done. A domain has no
// weight before from_step of them, then a ramp to its full weight over ramp_steps. Domains that the
// configuration does not list have weight 1 from the start; without any listed domain all tasks are
// one pool.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/curriculum/curriculum_config.h"

namespace longhaul::trainer {

class DomainCurriculum {
 public:
  explicit DomainCurriculum(std::vector<DomainConfig> domains) : domains_(std::move(domains)) {}

  bool empty() const { return domains_.empty(); }
  const std::vector<DomainConfig>& domains() const { return domains_; }
  double Weight(const std::string& domain, int64_t step) const;

 private:
  std::vector<DomainConfig> domains_;
};

}  // namespace longhaul::trainer
