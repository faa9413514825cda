#pragma once

#include <opencv2/core.hpp>

#include "include/cvision_network.h"

namespace vision {

/// Puts a part of a decoded picture into a network's input, straight from the planes: no whole picture is converted.
class Letterbox {
public:
    explicit Letterbox(const ocv_network_settings &settings);

    /// Fills the input and says how the part lies in it.
    ocv_fit fill(const ocv_planes &picture, cv::Rect part);

    /// 1 × 3 × height × width floats.
    const cv::Mat &input() const { return input_; }

private:
    void drawBars(cv::Rect inside);
    void convert(const ocv_planes &picture, cv::Rect inside);
    float *channel(int index);

    ocv_network_settings settings_;
    cv::Mat input_;
    /// The part's luma and chroma at the size that they have in the input.
    cv::Mat luma_, blue_, red_;
    cv::Rect inside_;
};

}  // namespace vision
