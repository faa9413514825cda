#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vision {

/// What one step of the background does besides telling foreground from background; all derived from elapsed time.
struct BackgroundStep {
    /// Levels by which background pixels follow the picture.
    uint8_t follow = 0;
    /// 1 when the thresholds take their step (by one level).
    uint8_t spread = 0;
    /// 1 when resting foreground grows older by one.
    uint8_t age = 0;
    /// The age at which resting foreground becomes background.
    uint8_t absorbAge = 255;
};

/// A running median of every pixel with its own threshold, in bytes: 32 pixels an instruction with AVX2.
///
/// The median follows by whole levels, so a vehicle that passes does not smear it as it would a mean. The threshold
/// follows a multiple of the usual difference (noise) and rises with each change from background to foreground
/// (leaves, water, shake). A foreground pixel that keeps one value grows old and in the end becomes background.
class Background {
public:
    Background() = default;
    explicit Background(size_t pixels);

    uint8_t minimumThreshold = 12;
    uint8_t maximumThreshold = 64;

    /// Takes the picture as background, for pixels `from ..< to`.
    void learn(const uint8_t *picture, size_t from, size_t to);
    /// Judges pixels `from ..< to` and learns from them; `foreground()` is 0 or 255 afterwards.
    void update(const uint8_t *picture, size_t from, size_t to, BackgroundStep step);

    const uint8_t *median() const { return median_.data(); }
    const uint8_t *threshold() const { return threshold_.data(); }
    const uint8_t *age() const { return age_.data(); }
    const uint8_t *foreground() const { return foreground_.data(); }

private:
    std::vector<uint8_t> median_, threshold_, candidate_, age_, foreground_;
};

}  // namespace vision
