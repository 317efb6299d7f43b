// SPDX-License-Identifier: Apache-2.0
#include "trainer/curriculum/domain_curriculum.h"

#include <algorithm>

namespace longhaul::trainer {

double DomainCurriculum::Weight(const std::string& domain, int64_t step) const {
  for (const DomainConfig& config : domains_) {
    if (config.name != domain) continue;
    if (step < config.from_step) return 0;
    if (config.ramp_steps == 0) return config.weight;
    const double ramp =
        static_cast<double>(step - config.from_step + 1) / static_cast<double>(config.ramp_steps);
    return config.weight * std::min(1.0, ramp);
  }
  return 1;
}

}  // namespace longhaul::trainer
