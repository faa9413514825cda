#include "Background.hpp"

#include <algorithm>
#include <cstring>

#include "Kernel.hpp"

namespace vision {
namespace {

// 32 pixels at once: one AVX2 register, or two of SSE2 or NEON.
typedef uint8_t Bytes __attribute__((vector_size(32), aligned(1)));
constexpr size_t lanes = sizeof(Bytes);

struct Limits {
    uint8_t lowest, highest;
};

// How much one change from background to foreground raises the threshold. With a step of one level each fifth of a
// second on the way down, one vehicle a second leaves no trace, a leaf at three changes a second does.
constexpr uint8_t changeBump = 4;

inline Bytes &at(uint8_t *row, size_t i) { return *reinterpret_cast<Bytes *>(row + i); }
inline const Bytes &at(const uint8_t *row, size_t i) { return *reinterpret_cast<const Bytes *>(row + i); }

#define DISTANCE(a, b) (__builtin_elementwise_sub_sat(a, b) | __builtin_elementwise_sub_sat(b, a))
#define UP_TO(from, to, most) __builtin_elementwise_min(__builtin_elementwise_sub_sat(to, from), most)

// Tells foreground from background. `count` is a multiple of `lanes`; comparisons give 0 or 255 a lane. The age of
// foreground is at least 1: so it also tells what was foreground in the picture before.
KERNEL void judgePixels(const uint8_t *picture, const BackgroundRow row, size_t count, BackgroundStep step, Limits limits) {
    const Bytes zero = {};
    for (size_t i = 0; i < count; i += lanes) {
        const Bytes value = at(picture, i), oldAge = at(row.age, i), ownThreshold = at(row.threshold, i);
        const Bytes threshold = __builtin_elementwise_add_sat(ownThreshold, zero + step.tolerance);
        const Bytes difference = __builtin_elementwise_sub_sat(value, at(row.high, i)) |
                                 __builtin_elementwise_sub_sat(at(row.low, i), value);
        const Bytes isForeground = (Bytes)(difference > threshold);
        const Bytes candidate = at(row.candidate, i);
        const Bytes moved = DISTANCE(value, candidate);
        const Bytes isResting = isForeground & (Bytes)(moved <= threshold);
        at(row.candidate, i) = (candidate & isResting) | (value & ~isResting);
        const Bytes aged = __builtin_elementwise_add_sat(oldAge, zero + step.age);
        at(row.age, i) = __builtin_elementwise_max(isResting & aged, isForeground & (zero + 1));
        const Bytes isNew = isForeground & (Bytes)(oldAge == zero);
        const Bytes raised = __builtin_elementwise_add_sat(ownThreshold, isNew & (zero + changeBump));
        at(row.threshold, i) = __builtin_elementwise_min(raised, zero + limits.highest);
        at(row.foreground, i) = isForeground;
    }
}

// Lets the background follow where it is background, and take in what has rested long enough.
KERNEL void learnPixels(const uint8_t *picture, const BackgroundRow row, size_t count, BackgroundStep step, Limits limits) {
    const Bytes zero = {};
    for (size_t i = 0; i < count; i += lanes) {
        const Bytes value = at(picture, i), age = at(row.age, i), median = at(row.median, i);
        const Bytes isBackground = (Bytes)(age == zero);
        const Bytes isAbsorbed = (Bytes)(age >= zero + step.absorbAge);
        const Bytes most = isBackground & (zero + step.follow);
        const Bytes followed = median + UP_TO(median, value, most) - UP_TO(value, median, most);
        at(row.median, i) = (value & isAbsorbed) | (followed & ~isAbsorbed);
        at(row.age, i) = age & ~isAbsorbed;
        const Bytes threshold = at(row.threshold, i);
        const Bytes difference = __builtin_elementwise_sub_sat(value, at(row.high, i)) |
                                 __builtin_elementwise_sub_sat(at(row.low, i), value);
        const Bytes twice = __builtin_elementwise_add_sat(difference, difference);
        const Bytes usual = __builtin_elementwise_add_sat(twice, twice);
        const Bytes change = isBackground & (zero + step.spread);
        const Bytes settled = threshold + UP_TO(threshold, usual, change) - UP_TO(usual, threshold, change);
        at(row.threshold, i) = __builtin_elementwise_max(settled, zero + limits.lowest);
    }
}

KERNEL void comparePixels(const uint8_t *picture, const BackgroundRow row, size_t count) {
    for (size_t i = 0; i < count; i += lanes) {
        const Bytes value = at(picture, i);
        const Bytes difference = __builtin_elementwise_sub_sat(value, at(row.high, i)) |
                                 __builtin_elementwise_sub_sat(at(row.low, i), value);
        at(row.foreground, i) = (Bytes)(difference > at(row.threshold, i));
    }
}

#undef DISTANCE
#undef UP_TO

// Lowest and highest of the 3 × 3 pixels around each of `count` pixels; the rows may be read from -1 to count + 31.
KERNEL void rangeRow(
    const uint8_t *above, const uint8_t *here, const uint8_t *below, uint8_t *low, uint8_t *high, size_t count) {
    for (size_t i = 0; i < count; i += lanes) {
        Bytes least = {}, most = {};
        for (int shift = -1; shift <= 1; shift++) {
            const Bytes a = *reinterpret_cast<const Bytes *>(above + i + shift);
            const Bytes b = *reinterpret_cast<const Bytes *>(here + i + shift);
            const Bytes c = *reinterpret_cast<const Bytes *>(below + i + shift);
            const Bytes lower = __builtin_elementwise_min(__builtin_elementwise_min(a, b), c);
            const Bytes upper = __builtin_elementwise_max(__builtin_elementwise_max(a, b), c);
            least = shift < 0 ? lower : __builtin_elementwise_min(least, lower);
            most = shift < 0 ? upper : __builtin_elementwise_max(most, upper);
        }
        *reinterpret_cast<Bytes *>(low + i) = least;
        *reinterpret_cast<Bytes *>(high + i) = most;
    }
}

}  // namespace

Background::Background(int stride, int height, uint8_t minimumThreshold, uint8_t maximumThreshold)
    : stride_(stride), height_(height), minimumThreshold_(minimumThreshold), maximumThreshold_(maximumThreshold) {
    const size_t pixels = static_cast<size_t>(stride) * static_cast<size_t>(height);
    median_.resize(pixels + 2 * margin);
    for (auto *plane : {&low_, &high_, &candidate_, &age_}) plane->resize(pixels);
    foreground_.resize(static_cast<size_t>(stride));
    threshold_.assign(pixels, minimumThreshold);
}

void Background::learn(Picture picture) {
    for (int y = 0; y < height_; y++) learn(picture, y, 0, stride_);
    renewRanges();
}

void Background::learn(Picture picture, int y, int begin, int end) {
    const size_t from = at(y) + static_cast<size_t>(begin);
    const auto count = static_cast<size_t>(end - begin);
    std::memcpy(median_.data() + margin + from, picture.row(y) + begin, count);
    std::memcpy(candidate_.data() + from, picture.row(y) + begin, count);
    std::memset(age_.data() + from, 0, count);
}

BackgroundRow Background::rowAt(int y) {
    const size_t from = at(y);
    return {median_.data() + margin + from, threshold_.data() + from, candidate_.data() + from, age_.data() + from,
            foreground_.data(), low_.data() + from, high_.data() + from};
}

const uint8_t *Background::updateRow(Picture picture, int y, BackgroundStep step) {
    const BackgroundRow row = rowAt(y);
    const Limits limits{minimumThreshold_, maximumThreshold_};
    judgePixels(picture.row(y), row, static_cast<size_t>(stride_), step, limits);
    if (step.learns()) learnPixels(picture.row(y), row, static_cast<size_t>(stride_), step, limits);
    return foreground_.data();
}

const uint8_t *Background::lookAtRow(Picture picture, int y) {
    comparePixels(picture.row(y), rowAt(y), static_cast<size_t>(stride_));
    return foreground_.data();
}

void Background::renewRanges() {
    for (int y = 0; y < height_; y++) {
        const uint8_t *above = median(std::max(y - 1, 0)), *below = median(std::min(y + 1, height_ - 1));
        rangeRow(above, median(y), below, low_.data() + at(y), high_.data() + at(y), static_cast<size_t>(stride_));
    }
}

}  // namespace vision
