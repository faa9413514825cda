#include "Background.hpp"

#include <algorithm>
#include <cstring>

#include "Kernel.hpp"

namespace vision {
namespace {

// 32 pixels at once: one AVX2 register, or two of SSE2 or NEON.
typedef uint8_t Bytes __attribute__((vector_size(32), aligned(1)));
constexpr size_t lanes = sizeof(Bytes);

struct Rows {
    uint8_t *median, *threshold, *candidate, *age, *foreground;
};

// How much one change from background to foreground raises the threshold. With a step of one level each fifth of a
// second on the way down, one vehicle a second leaves no trace, a leaf at three changes a second does.
constexpr uint8_t changeBump = 4;

// `count` is a multiple of `lanes`. Comparisons of vectors give 0 or 255 a lane.
KERNEL void updatePixels(
    const uint8_t *picture, const Rows rows, size_t count, BackgroundStep step, uint8_t lowest, uint8_t highest) {
    const Bytes zero = {};
    const Bytes follow = zero + step.follow, spread = zero + step.spread, older = zero + step.age;
    const Bytes absorbAge = zero + step.absorbAge, bump = zero + changeBump;
    for (size_t i = 0; i < count; i += lanes) {
        const Bytes value = *reinterpret_cast<const Bytes *>(picture + i);
        Bytes &median = *reinterpret_cast<Bytes *>(rows.median + i);
        Bytes &threshold = *reinterpret_cast<Bytes *>(rows.threshold + i);
        Bytes &candidate = *reinterpret_cast<Bytes *>(rows.candidate + i);
        Bytes &age = *reinterpret_cast<Bytes *>(rows.age + i);
        Bytes &foreground = *reinterpret_cast<Bytes *>(rows.foreground + i);

        const Bytes above = __builtin_elementwise_sub_sat(value, median);
        const Bytes below = __builtin_elementwise_sub_sat(median, value);
        const Bytes difference = above | below;
        const Bytes isForeground = (Bytes)(difference > threshold);
        const Bytes moved = __builtin_elementwise_sub_sat(value, candidate) |
                            __builtin_elementwise_sub_sat(candidate, value);
        const Bytes isResting = isForeground & (Bytes)(moved <= threshold);

        const Bytes newAge = isResting & __builtin_elementwise_add_sat(age, older);
        const Bytes isAbsorbed = isResting & (Bytes)(newAge >= absorbAge);
        const Bytes step = follow & ~isForeground;
        const Bytes followed = median + __builtin_elementwise_min(above, step) - __builtin_elementwise_min(below, step);
        median = (value & isAbsorbed) | (followed & ~isAbsorbed);
        candidate = (candidate & isResting) | (value & ~isResting);
        age = newAge & ~isAbsorbed;

        const Bytes twice = __builtin_elementwise_add_sat(difference, difference);
        const Bytes usual = __builtin_elementwise_add_sat(twice, twice);
        const Bytes change = spread & ~isForeground;
        const Bytes settled = threshold +
                              __builtin_elementwise_min(__builtin_elementwise_sub_sat(usual, threshold), change) -
                              __builtin_elementwise_min(__builtin_elementwise_sub_sat(threshold, usual), change);
        const Bytes raised = __builtin_elementwise_add_sat(settled, bump & isForeground & ~foreground);
        threshold = __builtin_elementwise_min(__builtin_elementwise_max(raised, zero + lowest), zero + highest);
        foreground = isForeground & ~isAbsorbed;
    }
}

}  // namespace

Background::Background(size_t pixels)
    : median_(pixels), threshold_(pixels), candidate_(pixels), age_(pixels), foreground_(pixels) {}

void Background::learn(const uint8_t *picture, size_t from, size_t to) {
    std::memcpy(median_.data() + from, picture + from, to - from);
    std::memcpy(candidate_.data() + from, picture + from, to - from);
    std::memset(age_.data() + from, 0, to - from);
    std::memset(foreground_.data() + from, 0, to - from);
    uint8_t *threshold = threshold_.data();
    for (size_t i = from; i < to; i++) threshold[i] = std::max(threshold[i], minimumThreshold);
}

void Background::update(const uint8_t *picture, size_t from, size_t to, BackgroundStep step) {
    const Rows rows{
        median_.data() + from, threshold_.data() + from, candidate_.data() + from, age_.data() + from,
        foreground_.data() + from};
    updatePixels(picture + from, rows, to - from, step, minimumThreshold, maximumThreshold);
}

}  // namespace vision
