// A model below its head in one call: embeddings, blocks (block.h), the last layer norm. What goes from one to the next is of
// no interest elsewhere. tokens (B, T), start (B), y (B, count, C): `last` is the shape of the last block; those before compute all
// positions.

struct TransformerParameters {
  float *wte, *wpe, *ln_f_weight, *ln_f_bias;
  std::vector<BlockParameters> blocks;
  int64_t V, P;  // rows of wte and wpe
  int64_t layers() const { return static_cast<int64_t>(blocks.size()); }
};

static BlockShape before_last(BlockShape shape) {
  shape.from = 0;
  shape.count = shape.T;
  return shape;
}
static BlockShape shape_of(const BlockShape& last, int64_t layer, int64_t layers) { return layer == layers - 1 ? last : before_last(last); }

// What is kept of the forward pass: the embeddings (M, C); of each block what it keeps, and its output; the last norm's moments.
struct Kept {
  struct Block {
    float *activations, *y;
  };
  float* x;
  std::vector<Block> blocks;
  float *mean, *rstd;
  const float* input(int64_t layer) const { return layer == 0 ? x : blocks[static_cast<size_t>(layer) - 1].y; }
};
template <class P>
static Kept kept_in(Cutter& cut, const BlockShape& last, int64_t layers) {
  Kept kept;
  kept.x = cut.take<float>(last.M() * last.C);
  for (int64_t layer = 0; layer < layers; layer++) {
    const BlockShape s = shape_of(last, layer, layers);
    float* activations = cut.take<float>(block_activations<P>(s));
    kept.blocks.push_back({activations, cut.take<float>(s.kept() * s.C)});
  }
  for (float** moment : {&kept.mean, &kept.rstd}) *moment = cut.take<float>(last.kept());
  return kept;
}
// Floats that the buffer of activations has room for.
template <class P>
static int64_t transformer_activations(int64_t layers, const BlockShape& last) {
  Cutter cut(nullptr);
  kept_in<P>(cut, last, layers);
  return cut.floats();
}

// Where the forward pass writes if nothing is kept: one block after the other in the same place.
template <class P>
static Kept not_kept(Scratch& scratch, const BlockShape& last, int64_t layers) {
  Kept kept;
  float *activations = scratch.take<float>(block_activations<P>(before_last(last))), *between[2];
  for (float** rows : {&between[0], &between[1], &kept.x}) *rows = scratch.take<float>(last.M() * last.C);
  for (int64_t layer = 0; layer < layers; layer++) kept.blocks.push_back({activations, between[layer % 2]});
  for (float** moment : {&kept.mean, &kept.rstd}) *moment = scratch.take<float>(last.kept());
  return kept;
}

// Without activations nothing is kept.
template <class P>
static void transformer_forward(const BlockShape& last, const TransformerParameters& w, const int32_t* tokens, const int32_t* start, float* y, float* activations, float epsilon) {
  Scratch scratch;
  Cutter cut(activations);
  const Kept kept = activations == nullptr ? not_kept<P>(scratch, last, w.layers()) : kept_in<P>(cut, last, w.layers());
  embedding_forward(tokens, start, w.wte, w.wpe, kept.x, last.B, last.T, last.C);
  for (int64_t layer = 0; layer < w.layers(); layer++) block_forward<P>(shape_of(last, layer, w.layers()), w.blocks[layer], kept.input(layer), start, kept.blocks[layer].y, kept.blocks[layer].activations, epsilon);
  layer_norm_forward(kept.input(w.layers()), w.ln_f_weight, w.ln_f_bias, y, kept.mean, kept.rstd, last.kept(), last.C, epsilon);
}

// The gradients d of the parameters w; with `onto`, that of wte is added to.
template <class P>
static void transformer_backward(const BlockShape& last, const TransformerParameters& w, const float* dy, const int32_t* tokens, const int32_t* start, float* activations, const TransformerParameters& d, bool onto) {
  Scratch scratch;
  Cutter cut(activations);
  const Kept kept = kept_in<P>(cut, last, w.layers());
  float* between[2];
  for (float*& gradient : between) gradient = scratch.take<float>(last.M() * last.C);
  layer_norm_backward(dy, kept.input(w.layers()), w.ln_f_weight, kept.mean, kept.rstd, between[w.layers() % 2], d.ln_f_weight, d.ln_f_bias, last.kept(), last.C);
  for (int64_t layer = w.layers() - 1; layer >= 0; layer--) block_backward<P>(shape_of(last, layer, w.layers()), w.blocks[layer], between[(layer + 1) % 2], kept.input(layer), start, kept.blocks[layer].activations, between[layer % 2], d.blocks[layer]);
  embedding_backward(between[0], tokens, start, d.wte, d.wpe, last.B, last.T, last.C, w.V, w.P, onto);
}
