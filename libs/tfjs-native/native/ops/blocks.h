// Blocks one after the other in one call (block.h): what goes from one to the next is of no interest elsewhere.
// x (B, T, C), y (B, count, C): `last` is the shape of the last block; those before compute all positions.

static BlockShape before_last(BlockShape shape) {
  shape.from = 0;
  shape.count = shape.T;
  return shape;
}
static BlockShape shape_of(const BlockShape& last, int64_t layer, int64_t layers) { return layer == layers - 1 ? last : before_last(last); }

// What is kept of the forward pass: of each block what it keeps, and its output where it is the next one's input.
struct KeptBlock {
  float *activations, *y;
};
template <class P>
static std::vector<KeptBlock> kept_blocks(Cutter& cut, const BlockShape& last, int64_t layers) {
  std::vector<KeptBlock> blocks;
  for (int64_t layer = 0; layer < layers; layer++) {
    float* activations = cut.take<float>(block_activations<P>(shape_of(last, layer, layers)));
    blocks.push_back({activations, layer == layers - 1 ? nullptr : cut.take<float>(last.M() * last.C)});
  }
  return blocks;
}
// Floats that the buffer of activations has room for.
template <class P>
static int64_t blocks_activations(int64_t layers, const BlockShape& last) {
  Cutter cut(nullptr);
  kept_blocks<P>(cut, last, layers);
  return cut.floats();
}

// Without activations nothing is kept.
template <class P>
static void blocks_forward(const BlockShape& last, const std::vector<BlockParameters>& w, const float* x, const int32_t* start, float* y, float* activations, float epsilon) {
  Scratch scratch;
  const int64_t layers = static_cast<int64_t>(w.size());
  std::vector<KeptBlock> kept(w.size());
  if (activations != nullptr) {
    Cutter cut(activations);
    kept = kept_blocks<P>(cut, last, layers);
  } else {
    float* between[2];
    for (float*& out : between) out = scratch.take<float>(last.M() * last.C);
    for (int64_t layer = 0; layer < layers; layer++) kept[layer] = {nullptr, between[layer % 2]};
  }
  for (int64_t layer = 0; layer < layers; layer++) {
    const float* in = layer == 0 ? x : kept[layer - 1].y;
    block_forward<P>(shape_of(last, layer, layers), w[layer], in, start, layer == layers - 1 ? y : kept[layer].y, kept[layer].activations, epsilon);
  }
}

// dx and the gradients d of the parameters w.
template <class P>
static void blocks_backward(const BlockShape& last, const std::vector<BlockParameters>& w, const float* dy, const float* x, const int32_t* start, float* activations, float* dx, const std::vector<BlockParameters>& d) {
  Scratch scratch;
  const int64_t layers = static_cast<int64_t>(w.size());
  Cutter cut(activations);
  const std::vector<KeptBlock> kept = kept_blocks<P>(cut, last, layers);
  float* between[2];
  for (float*& gradient : between) gradient = scratch.take<float>(last.M() * last.C);
  for (int64_t layer = layers - 1; layer >= 0; layer--) {
    const float* gradient = layer == layers - 1 ? dy : between[(layer + 1) % 2];
    block_backward<P>(shape_of(last, layer, layers), w[layer], gradient, layer == 0 ? x : kept[layer - 1].y, start, kept[layer].activations, layer == 0 ? dx : between[layer % 2], d[layer]);
  }
}
