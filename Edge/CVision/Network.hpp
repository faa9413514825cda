#pragma once

#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

#include "Letterbox.hpp"

namespace vision {

/// A trained network with its input: read once, run often.
class Network {
public:
    /// Throws std::invalid_argument where the bytes are no network that takes this input.
    Network(
        const uint8_t *model, size_t byteCount, const ocv_network_settings &settings, std::vector<std::string> outputs);

    ocv_fit run(const ocv_planes &picture, cv::Rect part);

    const cv::Mat &input() const { return letterbox_.input(); }
    const std::vector<cv::Mat> &outputs() const { return outputs_; }

private:
    void forward();

    Letterbox letterbox_;
    cv::dnn::Net net_;
    std::vector<std::string> names_;
    std::vector<cv::Mat> outputs_;
};

}  // namespace vision
