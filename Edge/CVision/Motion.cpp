#include "Motion.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "BoxScale.hpp"
#include "Exposure.hpp"
#include "Fragments.hpp"

namespace vision {
namespace {

// Steps of age that make up the time to absorb; the rest of a byte is head room.
constexpr int absorbAge = 240;
constexpr double longestStep = 1.0;
constexpr double spreadStepsPerSecond = 5;
// How often the blocks that tell the camera's shake are chosen anew.
constexpr double watchChoicesPerSecond = 0.2;
// In how many seconds an exposure that stays becomes the normal one.
constexpr double exposureMemory = 30;
// Room around the working picture: the farthest shift, and a vector that reads beyond the last pixel.
constexpr int marginRows = Steady::reach;
constexpr int marginColumns = 64;

int takeSteps(double &debt, double rate, double elapsed, int most) {
    debt += rate * elapsed;
    const int steps = std::min(static_cast<int>(debt), most);
    debt = std::min(debt - steps, 1.0);
    return steps;
}

}  // namespace

void Motion::setMask(Polygons polygons) {
    polygons_ = std::move(polygons);
    if (frameWidth_ > 0) drawMask();
}

void Motion::restart(int width, int height) {
    const double factor = std::round(std::sqrt(static_cast<double>(width) * height / settings_.working_pixels));
    frameWidth_ = 0;  // stays so when an allocation below fails: the next picture starts again
    factorX_ = std::clamp(static_cast<int>(factor), 1, width);
    factorY_ = std::clamp(static_cast<int>(factor), 1, height);
    width_ = width / factorX_;
    height_ = height / factorY_;
    const int stride = (width_ + 63) / 64 * 64;
    pictureStride_ = stride + 2 * marginColumns;
    picture_.assign(static_cast<size_t>(pictureStride_) * static_cast<size_t>(height_ + 2 * marginRows), 0);
    sums_.assign(static_cast<size_t>(width_) * static_cast<size_t>(factorX_), 0);
    background_ = Background(
        stride, height_, static_cast<uint8_t>(settings_.minimum_contrast),
        static_cast<uint8_t>(settings_.maximum_contrast));
    steady_ = Steady(width_, height_);
    foreground_ = BitMask(stride / 64, height_);
    scratch_ = BitMask(stride / 64, height_);
    allowed_ = BitMask(stride / 64, height_);
    finder_ = RegionFinder(width_, height_);
    learnedFor_ = followDebt_ = spreadDebt_ = ageDebt_ = watchDebt_ = settleFor_ = busyFor_ = 0;
    calmFor_ = sinceWhole_ = 0;
    gain_ = 1;
    drawMask();
    frameWidth_ = width;
    frameHeight_ = height;
}

void Motion::drawMask() {
    cv::Mat picture = cv::Mat::zeros(height_, background_.stride(), CV_8U);
    picture.colRange(0, width_).setTo(255);
    for (const std::vector<double> &points : polygons_) {
        std::vector<cv::Point> corners;
        for (size_t i = 0; i + 1 < points.size(); i += 2) {
            corners.emplace_back(
                static_cast<int>(std::floor(std::clamp(points[i], -8.0, 8.0) * width_)),
                static_cast<int>(std::floor(std::clamp(points[i + 1], -8.0, 8.0) * height_)));
        }
        cv::fillPoly(picture, std::vector<std::vector<cv::Point>>{corners}, cv::Scalar(0));
    }
    for (int y = 0; y < height_; y++) allowed_.packRow(y, picture.ptr(y));
    allowedPixels_ = allowed_.count();
}

Background::Picture Motion::picture(Shift shift) const {
    return {picture_.data() + (marginRows + shift.y) * pictureStride_ + marginColumns + shift.x, pictureStride_};
}

void Motion::scaleRow(Source source, int y) {
    uint8_t *row = picture_.data() + (marginRows + y) * pictureStride_ + marginColumns;
    const uint8_t *luma = source.luma + static_cast<ptrdiff_t>(y) * factorY_ * source.stride;
    boxScaleRow(luma, source.stride, factorX_, factorY_, gain_, row, width_, sums_.data());
    std::memset(row + width_, row[width_ - 1], marginColumns);
}

void Motion::scale(Source source) {
    for (int y = 0; y < height_; y++) scaleRow(source, y);
}

// Looks at every fourth row. Anything that counts as a region fills several pixels of one of them; noise is spread.
bool Motion::looksQuiet(Source source) {
    constexpr int spacing = 4, mostInRow = 3, mostInAll = 24;
    const Shift shift = steady_.last();
    int total = 0;
    for (int y = spacing / 2; y < height_; y += spacing) {
        if (y + shift.y < 0 || y + shift.y >= height_) continue;
        scaleRow(source, y + shift.y);
        scratch_.packRow(y, background_.lookAtRow(picture(shift), y));
        int inRow = 0;
        for (int i = 0; i < scratch_.wordsPerRow(); i++)
            inRow += __builtin_popcountll(scratch_.row(y)[i] & allowed_.row(y)[i]);
        total += inRow;
        if (inRow > mostInRow || total > mostInAll) return false;
    }
    return true;
}

// Where nothing has moved for a while, most pictures get a look only; the background still learns several times a
// second.
bool Motion::needsOnlyALook(Source source, double elapsed) {
    constexpr double calm = 1, longestWithoutLearning = 0.15;
    const bool mayLook = calmFor_ >= calm && elapsed > 0 && sinceWhole_ + elapsed < longestWithoutLearning;
    if (!mayLook || !looksQuiet(source)) return false;
    sinceWhole_ += elapsed;
    return true;
}

void Motion::matchExposure(double elapsed) {
    constexpr double tolerated = 0.012;
    const double ratio = exposureRatio(background_, picture(steady_.last()), width_, height_);
    gain_ += (1 - gain_) * std::min(1.0, elapsed / exposureMemory);
    const double wanted = std::clamp(gain_ * ratio, 0.4, 2.5);
    if (std::abs(ratio - 1) < tolerated) return;
    uint8_t *row = picture_.data() + marginRows * pictureStride_ + marginColumns;
    for (int y = 0; y < height_; y++, row += pictureStride_)
        boxScaleRow(row, 0, 1, 1, wanted / gain_, row, width_ + 1, nullptr);
    gain_ = wanted;
}

// Where a shifted picture has no pixels, the background stands in for them.
void Motion::fillBeyondPicture() {
    const Shift shift = steady_.last();
    if (shift == Shift{}) return;
    const Background::Picture shifted = picture(shift);
    const int left = std::max(0, -shift.x), right = std::max(0, shift.x);
    for (int y = 0; y < height_; y++) {
        auto *row = const_cast<uint8_t *>(shifted.row(y));
        const uint8_t *median = background_.median(y);
        const bool isOutside = y + shift.y < 0 || y + shift.y >= height_;
        std::memcpy(row, median, static_cast<size_t>(isOutside ? width_ : std::min(left, width_)));
        const int begin = std::max(0, width_ - right);
        std::memcpy(row + begin, median + begin, static_cast<size_t>(width_ - begin));
    }
}

double Motion::absorbSeconds() const {
    return learnedFor_ < settings_.warm_up_seconds ? settings_.warm_up_absorb_seconds : settings_.absorb_seconds;
}

BackgroundStep Motion::nextStep(double elapsed) {
    const double follow = settleFor_ > 0 ? 255 : settings_.follow_levels_per_second;
    BackgroundStep step;
    step.follow = static_cast<uint8_t>(takeSteps(followDebt_, follow, elapsed, 255));
    step.spread = static_cast<uint8_t>(takeSteps(spreadDebt_, spreadStepsPerSecond, elapsed, 32));
    step.age = static_cast<uint8_t>(takeSteps(ageDebt_, absorbAge / absorbSeconds(), elapsed, 255));
    step.absorbAge = absorbAge;
    // A camera's exposure bends the bright and the dark end of its scale, which one factor does not undo.
    step.tolerance = static_cast<uint8_t>(std::min(40.0, 50 * std::abs(gain_ - 1)));
    learnedFor_ += elapsed;
    return step;
}

void Motion::learnAnew() {
    gain_ = 1;
    steady_.restart();
    background_.learn(picture({}));
    steady_.chooseBlocks(background_);
    foreground_.clear();
}

// Tells the foreground and learns; the share of the unmasked picture that is foreground.
double Motion::judge(double elapsed) {
    matchExposure(elapsed);
    steady_.find(background_, picture({}));
    fillBeyondPicture();
    const BackgroundStep step = nextStep(elapsed);
    const Background::Picture shifted = picture(steady_.last());
    for (int y = 0; y < height_; y++) {
        foreground_.packRow(y, background_.updateRow(shifted, y, step));
    }
    if (step.learns()) background_.renewRanges();
    if (takeSteps(watchDebt_, watchChoicesPerSecond, elapsed, 1) > 0) steady_.chooseBlocks(background_);
    foreground_.intersect(allowed_);
    return static_cast<double>(foreground_.count()) / static_cast<double>(std::max(allowedPixels_, 1L));
}

void Motion::clean() {
    foreground_.erodeAcross();
    foreground_.dilateAcross();
    foreground_.dilateDown(scratch_);
    foreground_.dilateAcross();
    foreground_.erodeAcross();
    foreground_.erodeDown(scratch_);
    foreground_.intersect(allowed_);
}

// The light changes between two moments; a bus that fills the picture needs longer to drive in. A picture that stays
// full for seconds is a camera that looks elsewhere: that is learned anew as well.
bool Motion::lightChanged(double share, double elapsed) {
    constexpr double sudden = 0.5, lasting = 3;
    busyFor_ = share < settings_.lighting_share / 2 ? 0 : busyFor_ + elapsed;
    const bool isWhole = share > settings_.lighting_share;
    if (isWhole && (busyFor_ <= std::max(sudden, elapsed) || busyFor_ > lasting)) {
        settleFor_ = settings_.lighting_seconds;
        busyFor_ = calmFor_ = 0;
        return true;
    }
    settleFor_ = std::max(0.0, settleFor_ - elapsed);
    return false;
}

// What is far away is high in the picture and small: the least area grows from 2/5 of the setting at the upper edge to
// 8/5 at the lower one.
bool Motion::isTooSmall(const ocv_motion_region &region) const {
    const double share = static_cast<double>(region.area) / (static_cast<double>(width_) * height_);
    const double depth = static_cast<double>(region.y + region.height) / height_;
    return share < settings_.minimum_area_share * (0.4 + 1.2 * depth);
}

void Motion::report(ocv_motion_region *regions, int32_t capacity, ocv_motion_result &result) {
    const int restingAge =
        std::clamp(static_cast<int>(settings_.rest_seconds / absorbSeconds() * absorbAge), 1, absorbAge - 1);
    const Shift shift = steady_.last();
    auto &found = finder_.find(foreground_, {background_, picture(shift), restingAge});
    finder_.healGhosts(background_, picture(shift));
    joinFragments(found);
    const auto end = std::remove_if(
        found.begin(), found.end(), [&](const ocv_motion_region &region) { return isTooSmall(region); });
    const auto count = static_cast<int32_t>(end - found.begin());
    result.region_count = std::min(count, capacity);
    result.dropped_region_count = count - result.region_count;
    std::copy_n(found.begin(), result.region_count, regions);
    for (int32_t i = 0; i < result.region_count; i++) {
        regions[i].x += shift.x;
        regions[i].y += shift.y;
    }
}

void Motion::update(
    const uint8_t *luma, ptrdiff_t stride, int width, int height, double elapsed, ocv_motion_region *regions,
    int32_t capacity, ocv_motion_result &result) {
    const bool isNew = width != frameWidth_ || height != frameHeight_;
    if (isNew) restart(width, height);
    result = {};
    result.working_width = width_;
    result.working_height = height_;
    result.factor_x = factorX_;
    result.factor_y = factorY_;
    result.restarted = isNew;
    if (elapsed < 0 || elapsed > longestStep) elapsed = 0;
    result.skipped = !isNew && needsOnlyALook({luma, stride}, elapsed);
    if (result.skipped) return;
    scale({luma, stride});
    if (isNew) return learnAnew();
    elapsed += sinceWhole_;
    sinceWhole_ = 0;
    result.foreground_share = judge(elapsed);
    if (lightChanged(result.foreground_share, elapsed)) {
        gain_ = 1;
        scale({luma, stride});
        learnAnew();
    }
    result.lighting_changed = settleFor_ > 0;
    if (settleFor_ > 0) return foreground_.clear();
    clean();
    report(regions, capacity, result);
    calmFor_ = result.region_count + result.dropped_region_count > 0 ? 0 : calmFor_ + elapsed;
}

std::vector<uint8_t> Motion::plane(int which) const {
    const Background::Picture shown = picture(steady_.last());
    std::vector<uint8_t> pixels;
    for (int y = 0; y < height_; y++) {
        const uint8_t *row =
            which == 0 ? shown.row(y) : which == 1 ? background_.median(y) : background_.threshold(y);
        for (int x = 0; x < width_; x++) {
            const bool set = (foreground_.row(y)[x / 64] >> (x % 64)) & 1;
            pixels.push_back(which == 3 ? static_cast<uint8_t>(set ? 255 : 0) : row[x]);
        }
    }
    return pixels;
}

}  // namespace vision
