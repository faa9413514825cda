#include "View.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

#include "Kernel.hpp"

namespace vision {
namespace {

// A block shakes by so many working pixels without having moved.
constexpr int tolerance = 2;
// How far around the common shift a block is looked for: a turned camera moves blocks differently.
constexpr int wideReach = 8;
// From this correlation two blocks show the same. Blocks of other places stay below.
constexpr float alike = 0.6f;
// Least gradient of a block, both across and down: an edge alone says nothing about a move along it.
constexpr int leastStructure = 4;

struct Sums {
    int sum, squares, products;
};

KERNEL Sums blockSums(const uint8_t *a, const uint8_t *b, int stride) {
    int sum = 0, squares = 0, products = 0;
    for (int y = 0; y < 16; y++) {
        for (int x = 0; x < 16; x++) {
            const int left = a[y * stride + x], right = b[y * stride + x];
            sum += right;
            squares += right * right;
            products += left * right;
        }
    }
    return {sum, squares, products};
}

// The lesser of the gradients across and down, summed over a block.
int structureAt(const GreyPicture &picture, int left, int top, int size) {
    int across = 0, down = 0;
    for (int y = top; y < top + size; y++) {
        const uint8_t *row = picture.pixels.data() + static_cast<ptrdiff_t>(y) * picture.width;
        for (int x = left; x < left + size; x++) {
            across += std::abs(row[x + 1] - row[x]);
            down += std::abs(row[x + picture.width] - row[x]);
        }
    }
    return std::min(across, down);
}

float median(std::vector<float> &values) {
    const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

View::View(const uint8_t *pixels, int width, int height, const float *sharpness) : picture_(width, height) {
    std::copy_n(pixels, picture_.pixels.size(), picture_.pixels.begin());
    std::copy_n(sharpness, sharpness_.size(), sharpness_.begin());
    picture_.derive();
    if (!picture_.hasCells()) return;
    for (int cell = 0; cell < Cells::count; cell++)
        detail_[static_cast<size_t>(cell)] = picture_.detail(cell % Cells::columns, cell / Cells::columns);
    chooseBlocks();
}

// The best block of each cell of a grid, so that they lie all over the picture.
void View::chooseBlocks() {
    const int border = tolerance + 1, spacing = blockSize + 4;
    for (int y = border; y + blockSize + border < picture_.height; y += spacing) {
        for (int x = border; x + blockSize + border < picture_.width; x += spacing) {
            const int structure = structureAt(picture_, x, y, blockSize);
            if (structure < leastStructure * blockSize * blockSize) continue;
            const uint8_t *own = picture_.gradientAt(x, y);
            const Sums sums = blockSums(own, own, picture_.width);
            const float mean = static_cast<float>(sums.sum) / (blockSize * blockSize);
            const float spread = static_cast<float>(sums.squares) - mean * static_cast<float>(sums.sum);
            blocks_.push_back({x, y, structure, static_cast<float>(sums.sum), spread});
        }
    }
    std::sort(blocks_.begin(), blocks_.end(), [](auto &a, auto &b) { return a.structure > b.structure; });
    if (blocks_.size() > mostBlocks) blocks_.resize(mostBlocks);
}

float View::likeness(const Block &block, const GreyPicture &picture, int x, int y) const {
    constexpr float pixels = blockSize * blockSize;
    const Sums sums = blockSums(picture_.gradientAt(block.x, block.y), picture.gradientAt(x, y), picture.width);
    const float spread = static_cast<float>(sums.squares) - static_cast<float>(sums.sum) * static_cast<float>(sums.sum) / pixels;
    if (spread < 1 || block.spread < 1) return 0;
    const float common = static_cast<float>(sums.products) - block.sum * static_cast<float>(sums.sum) / pixels;
    return common / std::sqrt(spread * block.spread);
}

View::Place View::find(const Block &block, const GreyPicture &picture, Place around, int reach) const {
    Place best{around.x, around.y, -1};
    for (int dy = around.y - reach; dy <= around.y + reach; dy++) {
        for (int dx = around.x - reach; dx <= around.x + reach; dx++) {
            const int x = block.x + dx, y = block.y + dy;
            if (x < 0 || y < 0 || x + blockSize > picture.width || y + blockSize > picture.height) continue;
            const float value = likeness(block, picture, x, y);
            if (value > best.likeness) best = {dx, dy, value};
        }
    }
    return best;
}

// By phase correlation of the gradients. Blind guesses do no harm: the blocks vote on them.
View::Place View::globalShift(const GreyPicture &picture) const {
    cv::Mat before, now, window;
    const auto matrix = [](const GreyPicture &source) {
        return cv::Mat(source.height, source.width, CV_8U, const_cast<uint8_t *>(source.gradient.data()));
    };
    matrix(picture_).convertTo(before, CV_32F);
    matrix(picture).convertTo(now, CV_32F);
    cv::createHanningWindow(window, before.size(), CV_32F);
    const cv::Point2d shift = cv::phaseCorrelate(before, now, window);
    if (!std::isfinite(shift.x) || !std::isfinite(shift.y)) return {};
    return {static_cast<int>(std::lround(shift.x)), static_cast<int>(std::lround(shift.y)), 0};
}

void View::matchWide(const GreyPicture &picture, ocv_view_match &match) const {
    std::vector<float> nearAcross, nearDown;
    for (const Place guess : {Place{}, globalShift(picture)}) {
        std::vector<float> across, down;
        for (const Block &block : blocks_) {
            const Place place = find(block, picture, guess, wideReach);
            if (place.likeness < alike) continue;
            const bool isElsewhere = std::max(std::abs(place.x), std::abs(place.y)) > tolerance;
            (isElsewhere ? across : nearAcross).push_back(static_cast<float>(place.x));
            (isElsewhere ? down : nearDown).push_back(static_cast<float>(place.y));
        }
        const float share = static_cast<float>(across.size()) / static_cast<float>(blocks_.size());
        if (across.empty() || share <= match.moved_share) continue;
        match.moved_share = share;
        match.shift_x = median(across);
        match.shift_y = median(down);
    }
    if (nearAcross.empty()) return;
    match.drift_x = median(nearAcross);
    match.drift_y = median(nearDown);
}

float View::sharpShare(const Cells &cells) const {
    int known = 0, sharp = 0;
    for (size_t i = 0; i < detail_.size(); i++) {
        if (detail_[i] < leastDetail || sharpness_[i] <= 0) continue;
        known++;
        sharp += cells.sharpness[i] >= blurredBelow * sharpness_[i];
    }
    return known < fewestCells ? -1 : static_cast<float>(sharp) / static_cast<float>(known);
}

ocv_view_match View::match(const PictureMeter &meter, bool isWide) const {
    ocv_view_match match{};
    match.sharp_share = -1;
    const GreyPicture &picture = meter.picture();
    if (!picture.hasCells() || picture.width != picture_.width || picture.height != picture_.height) return match;
    match.block_count = static_cast<int32_t>(blocks_.size());
    match.sharp_share = sharpShare(meter.cells());
    if (blocks_.empty()) return match;
    int staying = 0;
    for (const Block &block : blocks_) {
        const bool isAlike = likeness(block, picture, block.x, block.y) >= alike;
        staying += isAlike || find(block, picture, {}, tolerance).likeness >= alike;
    }
    match.stays_share = static_cast<float>(staying) / static_cast<float>(blocks_.size());
    if (isWide) matchWide(picture, match);
    return match;
}

}  // namespace vision
