// Where a convolution's values lie: its grid of positions, the tiles that are worked on at a time,
// and the order of its weights.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ctorch {

struct Extent {
  int64_t y, x;
};

// A convolution of [items, height, width, channels] values in channels-last memory.
//
// A stride is folded away: with s neighbouring positions taken as one of s times the channels, a
// convolution of stride s is one of stride 1. Position q of the folded grid holds the positions
// q·stride - padding … + stride - 1 of the input; output o reads the folded positions
// o + k·dilation for every tap k.
struct Grid {
  int64_t items, channels, outputs;
  Extent input, output, kernel, stride, padding, dilation;

  // Channels of a folded position.
  int64_t depth() const { return channels * stride.y * stride.x; }
  Extent taps() const {
    return {(kernel.y + stride.y - 1) / stride.y, (kernel.x + stride.x - 1) / stride.x};
  }
  int64_t tap_count() const { return taps().y * taps().x; }
  // How far the taps of one output reach beyond its own folded position.
  Extent halo() const {
    return {(taps().y - 1) * dilation.y, (taps().x - 1) * dilation.x};
  }
  // The first folded position that holds input, and how many do.
  Extent first_folded() const { return {padding.y / stride.y, padding.x / stride.x}; }
  Extent folded() const {
    return {
        (input.y - 1 + padding.y) / stride.y - first_folded().y + 1,
        (input.x - 1 + padding.x) / stride.x - first_folded().x + 1};
  }
};

// A rectangle of positions of one item.
struct Tile {
  int64_t item, y, x, rows, columns;
};

// All items' positions cut into tiles of about `kPositions`, whose operands fit the cache, or more
// where taps reach far, so that not much is gathered twice. The cut depends on the grid alone:
// neither on the number of items nor on that of threads.
struct Tiling {
  static constexpr int64_t kPositions = 96, kMostPositions = 960;
  Extent whole;
  int64_t items, rows, columns;

  Tiling(int64_t items, Extent whole, Extent halo) : whole(whole), items(items) {
    columns = std::min(whole.x, std::clamp(4 * halo.x, kPositions, kMostPositions));
    rows = std::min(whole.y, std::max<int64_t>(1, kPositions / (columns + halo.x)));
  }
  int64_t across() const { return (whole.x + columns - 1) / columns; }
  int64_t down() const { return (whole.y + rows - 1) / rows; }
  int64_t tiles_of_item() const { return across() * down(); }
  int64_t count() const { return items * tiles_of_item(); }
  Tile operator[](int64_t i) const {
    const int64_t in_item = i % tiles_of_item();
    const int64_t y = in_item / across() * rows, x = in_item % across() * columns;
    return {i / tiles_of_item(), y, x, std::min(rows, whole.y - y), std::min(columns, whole.x - x)};
  }
};

// The order in which the left side of a convolution's product is read: runs of consecutive elements
// of a scratch area [rows][pitch][depth], and for each element which weight it meets.
struct Reading {
  struct Run {
    int64_t offset, length;
  };
  // A folded tap, and the element of a position that it reads; -1 where a run is rounded up.
  struct Step {
    int32_t tap, element;
  };
  std::vector<Run> runs;
  std::vector<Step> steps;

  // `mirrored` reads the taps from the last to the first, as the gradient of the input does.
  Reading(const Grid &g, int64_t pitch, int64_t depth, int64_t round_to, bool mirrored) {
    const Extent taps = g.taps();
    for (int64_t y = 0; y < taps.y; y++) {
      for (int64_t x = 0; x < taps.x; x++) {
        const int64_t offset = (y * g.dilation.y * pitch + x * g.dilation.x) * depth;
        const bool merged = x > 0 && g.dilation.x == 1;
        if (!merged) finish(round_to), runs.push_back({offset, 0});
        runs.back().length += depth;
        const int64_t tap = y * taps.x + x;
        for (int64_t k = 0; k < depth; k++)
          steps.push_back(
              {static_cast<int32_t>(mirrored ? g.tap_count() - 1 - tap : tap),
               static_cast<int32_t>(k)});
      }
    }
    finish(round_to);
  }

 private:
  void finish(int64_t round_to) {
    while (!runs.empty() && runs.back().length % round_to != 0) {
      runs.back().length++;
      steps.push_back({0, -1});
    }
  }
};

// Where a convolution's weight [outputs, channels, kernel height, kernel width] has the element of
// an output, a folded tap and a folded channel: at `of_output[n] + of_channel[tap][c]`, or nowhere
// if either is -1.
struct WeightIndex {
  std::vector<int32_t> of_output;
  std::vector<std::vector<int32_t>> of_channel;
  // How far the elements of neighbouring channels lie apart, for all of them; 0 with a stride.
  int32_t spacing;
  // For every element of an output's weights the folded tap · depth + folded channel that reads it.
  std::vector<int32_t> row_of;

  explicit WeightIndex(const Grid &g) {
    const int64_t kernel = g.kernel.y * g.kernel.x;
    for (int64_t n = 0; n < g.outputs; n++)
      of_output.push_back(static_cast<int32_t>(n * g.channels * kernel));
    for (int64_t ty = 0; ty < g.taps().y; ty++) {
      for (int64_t tx = 0; tx < g.taps().x; tx++) {
        std::vector<int32_t> row;
        for (int64_t ry = 0; ry < g.stride.y; ry++) {
          for (int64_t rx = 0; rx < g.stride.x; rx++) {
            const int64_t ky = ty * g.stride.y + ry, kx = tx * g.stride.x + rx;
            const bool there = ky < g.kernel.y && kx < g.kernel.x;
            for (int64_t c = 0; c < g.channels; c++)
              row.push_back(
                  there ? static_cast<int32_t>(c * kernel + ky * g.kernel.x + kx) : -1);
          }
        }
        of_channel.push_back(std::move(row));
      }
    }
    const bool strided = g.stride.y > 1 || g.stride.x > 1;
    spacing = strided ? 0 : static_cast<int32_t>(kernel);
    row_of.resize(g.channels * kernel);
    for (size_t tap = 0; tap < of_channel.size(); tap++)
      for (size_t c = 0; c < of_channel[tap].size(); c++)
        if (of_channel[tap][c] >= 0)
          row_of[of_channel[tap][c]] = static_cast<int32_t>(tap * g.depth() + c);
  }
};

}  // namespace ctorch
