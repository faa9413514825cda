#include "Exposure.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vision {
namespace {

// Ratios 0…4 in steps of 1/64.
constexpr int binCount = 256;
constexpr int binsPerUnit = 64;
constexpr int darkest = 16, brightest = 245;

struct Histogram {
    std::array<int, binCount> counts{};
    int total = 0;

    void add(int background, int value) {
        const bool usable = std::min(background, value) >= darkest && std::max(background, value) <= brightest;
        if (!usable) return;
        counts[static_cast<size_t>(std::min(background * binsPerUnit / value, binCount - 1))]++;
        total++;
    }

    int medianBin() const {
        int bin = 0;
        for (int below = counts[0]; 2 * below < total && bin + 1 < binCount;) below += counts[static_cast<size_t>(++bin)];
        return bin;
    }
};

}  // namespace

double exposureRatio(const Background &background, Background::Picture picture, int width, int height) {
    constexpr int fewestSamples = 200;
    const int step = std::max(1, static_cast<int>(std::sqrt(static_cast<double>(width) * height / 2048)));
    Histogram histogram;
    for (int y = step / 2; y < height; y += step) {
        const uint8_t *median = background.median(y), *row = picture.row(y);
        for (int x = step / 2; x < width; x += step) histogram.add(median[x], row[x]);
    }
    if (histogram.total < fewestSamples) return 1;
    const int middle = histogram.medianBin();
    int near = 0;
    double weighted = 0;
    for (int bin = std::max(middle - 3, 0); bin <= std::min(middle + 3, binCount - 1); bin++) {
        near += histogram.counts[static_cast<size_t>(bin)];
        weighted += histogram.counts[static_cast<size_t>(bin)] * (bin + 0.5);
    }
    return near * 5 >= histogram.total * 2 ? weighted / near / binsPerUnit : 1;
}

}  // namespace vision
