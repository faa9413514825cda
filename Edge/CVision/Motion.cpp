#include "Motion.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>

#include "BoxScale.hpp"

namespace vision {
namespace {

// Steps of age that make up the time to absorb; the rest of a byte is head room.
constexpr int absorbAge = 240;
constexpr double longestStep = 1.0;
constexpr double spreadStepSeconds = 0.2;

int takeSteps(double &debt, double rate, double elapsed, int most) {
    debt += rate * elapsed;
    const int steps = std::min(static_cast<int>(debt), most);
    debt = std::min(debt - steps, 1.0);
    return steps;
}

}  // namespace

void Motion::setMask(const double *points, const int32_t *counts, int32_t polygonCount) {
    std::vector<Polygon> polygons;
    for (int32_t i = 0; i < polygonCount; i++) {
        polygons.push_back({std::vector<double>(points, points + 2 * counts[i])});
        points += 2 * counts[i];
    }
    polygons_.swap(polygons);
    if (width_ > 0) drawMask();
}

void Motion::restart(int width, int height) {
    const double factor = std::round(std::sqrt(static_cast<double>(width) * height / settings_.working_pixels));
    frameWidth_ = 0;  // stays so when an allocation below fails: the next picture starts again
    factorX_ = std::clamp(static_cast<int>(factor), 1, width);
    factorY_ = std::clamp(static_cast<int>(factor), 1, height);
    width_ = width / factorX_;
    height_ = height / factorY_;
    stride_ = (width_ + 63) / 64 * 64;
    const size_t pixels = static_cast<size_t>(stride_) * static_cast<size_t>(height_);
    picture_.assign(pixels, 0);
    sums_.assign(static_cast<size_t>(width_) * static_cast<size_t>(factorX_), 0);
    background_ = Background(pixels);
    background_.minimumThreshold = static_cast<uint8_t>(settings_.minimum_contrast);
    background_.maximumThreshold = static_cast<uint8_t>(settings_.maximum_contrast);
    foreground_ = BitMask(stride_ / 64, height_);
    scratch_ = BitMask(stride_ / 64, height_);
    allowed_ = BitMask(stride_ / 64, height_);
    finder_ = RegionFinder(width_, height_, stride_);
    age_ = followDebt_ = spreadDebt_ = ageDebt_ = relearnFor_ = 0;
    drawMask();
    frameWidth_ = width;
    frameHeight_ = height;
}

void Motion::drawMask() {
    cv::Mat picture = cv::Mat::zeros(height_, stride_, CV_8U);
    picture.colRange(0, width_).setTo(255);
    for (const Polygon &polygon : polygons_) {
        std::vector<cv::Point> corners;
        for (size_t i = 0; i + 1 < polygon.points.size(); i += 2) {
            corners.emplace_back(
                static_cast<int>(std::floor(std::clamp(polygon.points[i], -8.0, 8.0) * width_)),
                static_cast<int>(std::floor(std::clamp(polygon.points[i + 1], -8.0, 8.0) * height_)));
        }
        cv::fillPoly(picture, std::vector<std::vector<cv::Point>>{corners}, cv::Scalar(0));
    }
    for (int y = 0; y < height_; y++) allowed_.packRow(y, picture.ptr(y));
    allowedPixels_ = allowed_.count();
}

void Motion::scale(const uint8_t *luma, ptrdiff_t stride) {
    for (int y = 0; y < height_; y++) {
        uint8_t *row = picture_.data() + static_cast<size_t>(y) * static_cast<size_t>(stride_);
        boxScaleRow(luma + static_cast<ptrdiff_t>(y) * factorY_ * stride, stride, factorX_, factorY_, row, width_,
                    sums_.data());
    }
}

BackgroundStep Motion::nextStep(double elapsed) {
    const double absorb = age_ < settings_.warm_up_seconds ? settings_.warm_up_absorb_seconds : settings_.absorb_seconds;
    const double follow = relearnFor_ > 0 ? 255 : settings_.follow_levels_per_second;
    BackgroundStep step;
    step.follow = static_cast<uint8_t>(takeSteps(followDebt_, follow, elapsed, 255));
    step.spread = static_cast<uint8_t>(takeSteps(spreadDebt_, 1 / spreadStepSeconds, elapsed, 32));
    step.age = static_cast<uint8_t>(takeSteps(ageDebt_, absorbAge / absorb, elapsed, 255));
    step.absorbAge = absorbAge;
    age_ += elapsed;
    return step;
}

void Motion::clean() {
    foreground_.intersect(allowed_);
    foreground_.erodeAcross(1);
    foreground_.dilateAcross(1);
    foreground_.dilateDown(2, scratch_);
    foreground_.dilateAcross(1);
    foreground_.erodeAcross(1);
    foreground_.erodeDown(2, scratch_);
    foreground_.intersect(allowed_);
}

bool Motion::lightingChanged(double share, double elapsed) {
    if (share > settings_.lighting_share) {
        background_.learn(picture_.data(), 0, picture_.size());
        relearnFor_ = settings_.lighting_seconds;
        return true;
    }
    relearnFor_ = std::max(0.0, relearnFor_ - elapsed);
    return relearnFor_ > 0;
}

void Motion::report(ocv_motion_region *regions, int32_t capacity, ocv_motion_result &result) {
    const double absorb = age_ < settings_.warm_up_seconds ? settings_.warm_up_absorb_seconds : settings_.absorb_seconds;
    const int restingAge = std::clamp(static_cast<int>(settings_.rest_seconds / absorb * absorbAge), 1, absorbAge - 1);
    auto &found = finder_.find(foreground_, {picture_.data(), background_.median(), background_.age(), restingAge});
    const double least = settings_.minimum_area_share * static_cast<double>(width_) * height_;
    const auto end = std::remove_if(
        found.begin(), found.end(), [&](const ocv_motion_region &region) { return region.area < least; });
    std::sort(found.begin(), end, [](const auto &a, const auto &b) { return a.area > b.area; });
    const auto count = static_cast<int32_t>(end - found.begin());
    result.region_count = std::min(count, capacity);
    result.dropped_region_count = count - result.region_count;
    std::copy_n(found.begin(), result.region_count, regions);
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
    scale(luma, stride);
    if (isNew) {
        background_.learn(picture_.data(), 0, picture_.size());
        foreground_.clear();
        return;
    }
    if (elapsed < 0 || elapsed > longestStep) elapsed = 0;
    background_.update(picture_.data(), 0, picture_.size(), nextStep(elapsed));
    for (int y = 0; y < height_; y++) foreground_.packRow(y, background_.foreground() + static_cast<size_t>(y) * static_cast<size_t>(stride_));
    foreground_.intersect(allowed_);
    const double share = allowedPixels_ > 0 ? static_cast<double>(foreground_.count()) / static_cast<double>(allowedPixels_) : 0;
    result.foreground_share = share;
    if (lightingChanged(share, elapsed)) {
        result.lighting_changed = 1;
        foreground_.clear();
        return;
    }
    clean();
    report(regions, capacity, result);
}

std::vector<uint8_t> Motion::plane(int which) const {
    const uint8_t *source = which == 0 ? picture_.data() : which == 1 ? background_.median() : background_.threshold();
    std::vector<uint8_t> pixels;
    for (int y = 0; y < height_; y++) {
        for (int x = 0; x < width_; x++) {
            const size_t at = static_cast<size_t>(y) * static_cast<size_t>(stride_) + static_cast<size_t>(x);
            const bool set = (foreground_.row(y)[x / 64] >> (x % 64)) & 1;
            pixels.push_back(which == 3 ? static_cast<uint8_t>(set ? 255 : 0) : source[at]);
        }
    }
    return pixels;
}

}  // namespace vision
