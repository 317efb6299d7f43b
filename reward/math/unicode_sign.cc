// SPDX-License-Identifier: Apache-2.0
#include "reward/math/unicode_sign.h"

#include <array>
#include <span>
#include <utility>

namespace longhaul::reward::math {
namespace {

struct UnicodeName {
  std::string_view bytes;
  std::string_view meaning;
};
constexpr std::array<UnicodeName, 108> kUnicode = {{
    {"−", "-"},
    {"–", "-"},
    {"—", "-"},
    {"×", "times"},
    {"·", "cdot"},
    {"⋅", "cdot"},
    {"∙", "cdot"},
    {"÷", "div"},
    {"≤", "le"},
    {"⩽", "le"},
    {"≥", "ge"},
    {"⩾", "ge"},
    {"≠", "ne"},
    {"≈", "approx"},
    {"≡", "equiv"},
    {"∞", "infty"},
    {"√", "surd"},
    {"∛", "surd3"},
    {"°", "degree"},
    {"º", "degree"},
    {"π", "pi"},
    {"α", "alpha"},
    {"β", "beta"},
    {"γ", "gamma"},
    {"δ", "delta"},
    {"ε", "epsilon"},
    {"θ", "theta"},
    {"λ", "lambda"},
    {"μ", "mu"},
    {"ρ", "rho"},
    {"σ", "sigma"},
    {"τ", "tau"},
    {"φ", "phi"},
    {"ϕ", "phi"},
    {"ω", "omega"},
    {"Δ", "Delta"},
    {"Ω", "Omega"},
    {"∪", "cup"},
    {"∩", "cap"},
    {"∈", "in"},
    {"∉", "notin"},
    {"∅", "emptyset"},
    {"⌀", "emptyset"},
    {"±", "pm"},
    {"∓", "mp"},
    {"ℝ", "RR"},
    {"ℤ", "ZZ"},
    {"ℕ", "NN"},
    {"ℚ", "QQ"},
    {"ℂ", "CC"},
    {"∖", "setminus"},
    {"⁄", "/"},
    {"∕", "/"},
    {"⌊", "lfloor"},
    {"⌋", "rfloor"},
    {"⌈", "lceil"},
    {"⌉", "rceil"},
    {"∑", "sum"},
    {"∏", "prod"},
    {"∫", "int"},
    {"′", "'"},
    {"’", "'"},
    {"∨", "lor"},
    {"∧", "wedge"},
    {"⟨", "langle"},
    {"⟩", "rangle"},
    {"∠", "angle"},
    {"…", "ldots"},
    {"€", "euro"},
    {"£", "pounds"},
    {"¥", "yen"},
    {"‑", "-"},
    {"‐", "-"},
    {"¬", "neg"},
    {"→", "to"},
    {"⇒", "implies"},
    {"⟹", "implies"},
    {"⇔", "iff"},
    {"↔", "leftrightarrow"},
    {"µ", "mu"},
    {"‖", "|"},
    {"∥", "parallel"},
    {"⊥", "perp"},
    {"⊂", "subset"},
    {"⊆", "subseteq"},
    {"≅", "cong"},
    {"∼", "sim"},
    {"∝", "propto"},
    {"∣", "mid"},
    {"∶", ":"},
    {"ζ", "zeta"},
    {"η", "eta"},
    {"κ", "kappa"},
    {"ν", "nu"},
    {"ξ", "xi"},
    {"χ", "chi"},
    {"ψ", "psi"},
    {"Γ", "Gamma"},
    {"Θ", "Theta"},
    {"Λ", "Lambda"},
    {"Σ", "Sigma"},
    {"Φ", "Phi"},
    {"Ψ", "Psi"},
    {"ℓ", "ell"},
    {"∂", "partial"},
    {"∇", "nabla"},
    {"△", "triangle"},
    {"⟂", "perp"},
}};
constexpr std::array<UnicodeName, 5> kUnicodeSpaces = {
    {{"\u00a0", ""}, {"\u2009", ""}, {"\u202f", ""}, {"\u2002", ""}, {"\u200b", ""}}};
constexpr std::array<UnicodeName, 11> kSuperscripts = {{{"⁰", "0"},
                                                        {"¹", "1"},
                                                        {"²", "2"},
                                                        {"³", "3"},
                                                        {"⁴", "4"},
                                                        {"⁵", "5"},
                                                        {"⁶", "6"},
                                                        {"⁷", "7"},
                                                        {"⁸", "8"},
                                                        {"⁹", "9"},
                                                        {"⁻", "-"}}};
constexpr std::array<UnicodeName, 10> kSubscripts = {{{"₀", "0"},
                                                      {"₁", "1"},
                                                      {"₂", "2"},
                                                      {"₃", "3"},
                                                      {"₄", "4"},
                                                      {"₅", "5"},
                                                      {"₆", "6"},
                                                      {"₇", "7"},
                                                      {"₈", "8"},
                                                      {"₉", "9"}}};
constexpr std::array<UnicodeName, 15> kVulgarFractions = {{{"½", "1/2"},
                                                           {"⅓", "1/3"},
                                                           {"⅔", "2/3"},
                                                           {"¼", "1/4"},
                                                           {"¾", "3/4"},
                                                           {"⅛", "1/8"},
                                                           {"⅜", "3/8"},
                                                           {"⅝", "5/8"},
                                                           {"⅞", "7/8"},
                                                           {"⅕", "1/5"},
                                                           {"⅖", "2/5"},
                                                           {"⅗", "3/5"},
                                                           {"⅘", "4/5"},
                                                           {"⅙", "1/6"},
                                                           {"⅚", "5/6"}}};

}  // namespace

std::optional<UnicodeSign> FindUnicodeSign(std::string_view text) {
  using Kind = UnicodeSign::Kind;
  const std::array<std::pair<Kind, std::span<const UnicodeName>>, 5> tables = {
      {{Kind::kSuperscript, kSuperscripts},
       {Kind::kSubscript, kSubscripts},
       {Kind::kFraction, kVulgarFractions},
       {Kind::kSpace, kUnicodeSpaces},
       {Kind::kSign, kUnicode}}};
  for (const auto& [kind, names] : tables) {
    for (const UnicodeName& name : names) {
      if (text.starts_with(name.bytes)) return UnicodeSign{kind, name.bytes, name.meaning};
    }
  }
  return std::nullopt;
}

}  // namespace longhaul::reward::math
