#include "BitMask.hpp"

#include <algorithm>
#include <cstring>

#include "Kernel.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace vision {
namespace {

// The bits of 64 bytes that are 0 or 255, the first byte lowest.
inline uint64_t gatherWord(const uint8_t *bytes) {
    uint64_t word = 0;
#if defined(__SSE2__)
    for (int part = 0; part < 4; part++) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes + 16 * part));
        word |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(block))) << (16 * part);
    }
#else
    for (int part = 0; part < 8; part++) {
        uint64_t block;
        std::memcpy(&block, bytes + 8 * part, sizeof block);
        word |= (((block & 0x0101010101010101u) * 0x0102040810204080u) >> 56) << (8 * part);
    }
#endif
    return word;
}

// Each bit takes its neighbours to the left and right. `padded` has room for a row and a word before and behind it.
KERNEL void spreadRows(uint64_t *__restrict words, uint64_t *__restrict padded, int count, int rows) {
    padded[0] = padded[count + 1] = 0;
    for (int y = 0; y < rows; y++, words += count) {
        for (int i = 0; i < count; i++) padded[i + 1] = words[i];
        for (int i = 0; i < count; i++) {
            const uint64_t word = padded[i + 1];
            words[i] = word | (word << 1) | (padded[i] >> 63) | (word >> 1) | (padded[i + 2] << 63);
        }
    }
}

// Each bit needs its neighbours. The border does not erode: objects leave the picture through it.
KERNEL void shrinkRows(uint64_t *__restrict words, uint64_t *__restrict padded, int count, int rows) {
    padded[0] = padded[count + 1] = ~uint64_t{0};
    for (int y = 0; y < rows; y++, words += count) {
        for (int i = 0; i < count; i++) padded[i + 1] = words[i];
        for (int i = 0; i < count; i++) {
            const uint64_t word = padded[i + 1];
            words[i] = word & ((word << 1) | (padded[i] >> 63)) & ((word >> 1) | (padded[i + 2] << 63));
        }
    }
}

void joinRows(const BitMask::Rows &rows, uint64_t *__restrict out, int count) {
    for (int i = 0; i < count; i++) out[i] = rows[0][i] | rows[1][i] | rows[2][i] | rows[3][i] | rows[4][i];
}

void meetRows(const BitMask::Rows &rows, uint64_t *__restrict out, int count) {
    for (int i = 0; i < count; i++) out[i] = rows[0][i] & rows[1][i] & rows[2][i] & rows[3][i] & rows[4][i];
}

}  // namespace

BitMask::BitMask(int wordsPerRow, int height)
    : wordsPerRow_(wordsPerRow), height_(height),
      words_(static_cast<size_t>(wordsPerRow) * static_cast<size_t>(height), 0),
      padded_(static_cast<size_t>(wordsPerRow) + 2, 0) {}

void BitMask::packRow(int y, const uint8_t *bytes) {
    uint64_t *words = row(y);
    for (int i = 0; i < wordsPerRow_; i++) words[i] = gatherWord(bytes + 64 * i);
}

void BitMask::intersect(const BitMask &other) {
    for (size_t i = 0; i < words_.size(); i++) words_[i] &= other.words_[i];
}

void BitMask::clear() { std::fill(words_.begin(), words_.end(), 0); }

long BitMask::count() const {
    long total = 0;
    for (const uint64_t word : words_) total += __builtin_popcountll(word);
    return total;
}

void BitMask::dilateAcross() { spreadRows(words_.data(), padded_.data(), wordsPerRow_, height_); }

void BitMask::erodeAcross() { shrinkRows(words_.data(), padded_.data(), wordsPerRow_, height_); }

void BitMask::dilateDown(BitMask &scratch) {
    scratch.words_.swap(words_);
    for (int y = 0; y < height_; y++) joinRows(scratch.around(y), row(y), wordsPerRow_);
}

void BitMask::erodeDown(BitMask &scratch) {
    scratch.words_.swap(words_);
    for (int y = 0; y < height_; y++) meetRows(scratch.around(y), row(y), wordsPerRow_);
}

BitMask::Rows BitMask::around(int y) const {
    Rows rows;
    for (int i = 0; i < 5; i++) rows[static_cast<size_t>(i)] = row(std::clamp(y + i - 2, 0, height_ - 1));
    return rows;
}

}  // namespace vision
