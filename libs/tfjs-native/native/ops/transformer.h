// A model below its head in one call: embeddings, blocks (block.h), the last layer norm. What goes from one to the next is of
// no interest elsewhere. tokens (B, T), start (B), y (B, count, C): `last` is the shape of the last block; those before compute all
// positions. All tasks are stages of one round of the threads: a thread that is done with its part of a block goes on with
// the next block, and the weights' gradients of one are made while the next one's texts are under way.

// Without learned positions wpe is null, and turns (T, hs) are cosines and sines of positions; biases are null where there are none.
struct TransformerParameters {
  float *wte, *wpe, *ln_f_weight, *ln_f_bias;
  const float* turns;
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

// Texts that a thread takes through a whole pass of a block, so that it finds in its L2 what it wrote there itself: as many as
// end with a chunk. None where that would leave threads without work. Which way it is changes nothing in what is computed.
static int64_t texts_at_once(const BlockShape& s) {
  int64_t texts = 1;
  while (texts * s.T % chunk_rows(s) != 0) texts *= 2;
  return s.whole() && texts <= 8 && s.B % texts == 0 && s.B / texts >= threads() ? texts : 0;
}

// The stages of a block's pass, made but not put. `earlier` is the last stage of the block before. `work` holds what the three
// parts of a pass need of each other, for all rows; who takes texts through all of them has one of its own.
template <class Work, class Pass>
static std::vector<Stage*> stages_of(Stages& stages, const Pass& pass, const Work& work, const Stage& earlier) {
  const BlockShape& s = pass.s;
  const int64_t most = chunk_rows(s), texts = texts_at_once(s), group_rows = texts * s.T;
  std::vector<Stage*> made;
  if (texts > 0) {
    made = {&stages.make(s.B / texts, group_rows, [=, &pass](int64_t group) {
      Scratch scratch;
      const Work own(scratch, pass.s, group * group_rows, group_rows);
      const int64_t first = group * group_rows / most, end = first + group_rows / most;
      for (int64_t i = first; i < end; i++) pass.before(own, i, i * most, most);
      for (int64_t task = group * texts * pass.heads_of_text(); task < (group + 1) * texts * pass.heads_of_text(); task++) pass.attend(own, task);
      for (int64_t i = first; i < end; i++) pass.after(own, i, i * most, most);
    })};
  } else {
    const auto rows = [=](int64_t all, int64_t i) { return all - i * most < most ? all - i * most : most; };
    Stage& before = stages.make(ceil_div(pass.rows_before(), most), most, [=, &pass, &work](int64_t i) { pass.before(work, i, i * most, rows(pass.rows_before(), i)); });
    Stage& attend = stages.make(s.B * pass.heads_of_text(), 0, [&pass, &work](int64_t task) { pass.attend(work, task); });
    Stage& after = stages.make(ceil_div(pass.rows_after(), most), most, [=, &pass, &work](int64_t i) { pass.after(work, i, i * most, rows(pass.rows_after(), i)); });
    attend.needs(before);
    after.needs(attend);
    made = {&before, &attend, &after};
  }
  made.front()->needs_rows(earlier);
  return made;
}

// What is kept: of each block what it keeps; the residual stream (M, C), through which all blocks work in one place, as it
// is at the end, the last block's kept rows of it where these are not all, and the last norm's moments.
template <class P>
struct KeptOfModel {
  std::vector<BlockActivations<P>> blocks;
  float *stream, *y, *mean, *rstd;
  KeptOfModel(Cutter& cut, const BlockShape& last, int64_t layers) {
    for (int64_t layer = 0; layer < layers; layer++) blocks.emplace_back(cut, shape_of(last, layer, layers));
    take_rest(cut, last);
  }
  // Without the gradient's: blocks that are under way at once do not meet, but the last may have its rows at other places.
  static KeptOfModel shared(Cutter& cut, const BlockShape& last, int64_t layers) {
    KeptOfModel kept;
    const BlockActivations<P> of_all(cut, before_last(last));
    kept.blocks.assign(static_cast<size_t>(layers), of_all);
    if (!last.whole() && layers > 0) kept.blocks.back() = BlockActivations<P>(cut, last);
    kept.take_rest(cut, last);
    return kept;
  }

 private:
  KeptOfModel() = default;
  void take_rest(Cutter& cut, const BlockShape& last) {
    stream = cut.take<float>(last.M() * last.C);
    y = last.whole() ? stream : cut.take<float>(last.kept() * last.C);
    for (float** moment : {&mean, &rstd}) *moment = cut.take<float>(last.kept());
  }
};
// Floats that the buffer of activations has room for.
template <class P>
static int64_t transformer_activations(int64_t layers, const BlockShape& last) {
  Cutter cut(nullptr);
  KeptOfModel<P>(cut, last, layers);
  return cut.floats();
}

// Without activations nothing is kept.
template <class P>
static void transformer_forward(const BlockShape& last, const TransformerParameters& w, const int32_t* tokens, const int32_t* start, float* y, float* activations, float epsilon) {
  Scratch scratch;
  const bool keep = activations != nullptr;
  const int64_t C = last.C, layers = w.layers(), most = chunk_rows(last);
  const auto shared = [&] {
    Cutter count(nullptr);
    KeptOfModel<P>::shared(count, last, layers);
    Cutter cut(scratch.take<float>(count.floats()));
    return KeptOfModel<P>::shared(cut, last, layers);
  };
  Cutter cut(activations);
  const KeptOfModel<P> kept = keep ? KeptOfModel<P>(cut, last, layers) : shared();
  std::vector<BlockForward<P>> passes;
  for (int64_t layer = 0; layer < layers; layer++) passes.push_back({shape_of(last, layer, layers), w.blocks[layer], kept.stream, start, w.turns, layer == layers - 1 ? kept.y : kept.stream, keep, epsilon, kept.blocks[layer]});
  const NoWork work(scratch, last, 0, last.M());
  Stages stages;
  const auto rows_in = [&](int64_t rows, auto&& f) -> Stage& {
    return stages.make(ceil_div(rows, most), most, [=](int64_t i) { f(i * most, (i + 1) * most < rows ? (i + 1) * most : rows); });
  };
  Stage* earlier = &rows_in(last.M(), [=, &w, &kept](int64_t from, int64_t to) { embed_tokens(tokens, start, w.wte, w.wpe, kept.stream, last.T, C, from, to); });
  stages.put(*earlier);
  for (const BlockForward<P>& pass : passes)
    for (Stage* stage : stages_of(stages, pass, work, *earlier)) {
      stages.put(*stage);
      earlier = stage;
    }
  Stage& norm = rows_in(last.kept(), [=, &w, &kept](int64_t from, int64_t to) {
    if (w.ln_f_bias == nullptr) rms_norm_rows(kept.y, w.ln_f_weight, y, kept.rstd, C, epsilon, from, to);
    else layer_norm_rows(kept.y, w.ln_f_weight, w.ln_f_bias, y, kept.mean, kept.rstd, C, epsilon, from, to);
  });
  norm.needs_rows(*earlier);
  stages.put(norm);
  stages.run();
}

// The gradients d of the parameters w; with `onto`, that of wte is added to.
template <class P>
static void transformer_backward(const BlockShape& last, const TransformerParameters& w, const float* dy, const int32_t* tokens, const int32_t* start, float* activations, const TransformerParameters& d, bool onto, float epsilon) {
  Scratch scratch;
  Cutter cut(activations);
  const int64_t C = last.C, layers = w.layers(), whole = last.whole() ? layers : layers - 1;
  const KeptOfModel<P> kept(cut, last, layers);
  float *dx = scratch.take<float>(last.M() * C), *dy_last = last.whole() ? dx : scratch.take<float>(last.kept() * C);
  if (!last.whole()) __builtin_memset(dx, 0, sizeof(float) * static_cast<size_t>(last.M() * C));
  // Two in turn: while the weights' gradients of one block are made, the next one leaves its operands.
  std::vector<BlockGradients<P>> gradients;
  for (int64_t layer = 0; layer < whole && layer < 2; layer++) gradients.emplace_back(scratch, before_last(last));
  if (!last.whole()) gradients.emplace_back(scratch, last);
  std::vector<BlockBackward<P>> passes;  // the last block's first
  for (int64_t layer = layers - 1; layer >= 0; layer--) {
    const BlockGradients<P>& of_block = layer < whole ? gradients[layer % 2] : gradients.back();
    passes.push_back({shape_of(last, layer, layers), w.blocks[layer], layer == layers - 1 ? dy_last : dx, start, w.turns, epsilon, kept.blocks[layer], dx, d.blocks[layer], of_block});
  }
  const GradientWork<P> work(scratch, last, 0, last.M());
  const int64_t chunks = ceil_div(last.kept(), kRowChunk);
  float *of_weight = scratch.take<float>(chunks * C), *of_bias = scratch.take<float>(chunks * C);
  Stages stages;
  Stage& norm = stages.make(chunks, kRowChunk, [&](int64_t chunk) {
    if (w.ln_f_bias == nullptr) rms_norm_chunk_backward(dy, kept.y, w.ln_f_weight, kept.rstd, dy_last, of_weight, last.kept(), C, chunk);
    else layer_norm_chunk_backward(dy, kept.y, w.ln_f_weight, kept.mean, kept.rstd, dy_last, of_weight, of_bias, last.kept(), C, chunk);
  });
  stages.put(norm);
  // What is made of all rows of a stage comes behind the first tasks of the next, so that nobody waits for the end of that stage.
  std::vector<Stage*> made_of_all = {&stages.make(1, 0, [&](int64_t) {
    add_chunks(of_weight, chunks, C, d.ln_f_weight);
    if (d.ln_f_bias != nullptr) add_chunks(of_bias, chunks, C, d.ln_f_bias);
  })};
  made_of_all.back()->needs(norm);
  const Stage* earlier = &norm;
  for (const BlockBackward<P>& pass : passes) {
    const std::vector<Stage*> parts = stages_of(stages, pass, work, *earlier);
    Stage& first = *parts.front();
    // The operands of the block before the last one are needed no more.
    if (made_of_all.size() >= 2) first.needs(*made_of_all[made_of_all.size() - 2]);
    // All tasks of the last block, at whose end others wait.
    const int64_t ahead = first.count < threads() || &pass == &passes.back() ? first.count : threads();
    stages.put(first, 0, ahead);
    stages.put(*made_of_all.back());
    stages.put(first, ahead, first.count);
    for (size_t i = 1; i < parts.size(); i++) stages.put(*parts[i]);
    earlier = parts.back();
    made_of_all.push_back(&stages.make(pass.weight_tasks(), 0, [&pass](int64_t task) { pass.weights(task); }));
    made_of_all.back()->needs(*earlier);
  }
  stages.put(*made_of_all.back());
  const EmbeddingGradient embedding{dx, tokens, start, d.wte, d.wpe, last.B, last.T, C, w.P};
  Stage& embeddings = stages.make(embedding.tasks(), 0, [&](int64_t task) { embedding.run(task); });
  embeddings.needs(*earlier);
  if (!onto) {
    constexpr int64_t kWords = 512;
    Stage& zeros = stages.make(ceil_div(w.V, kWords), 0, [&](int64_t i) { __builtin_memset(d.wte + i * kWords * C, 0, sizeof(float) * static_cast<size_t>((w.V - i * kWords < kWords ? w.V - i * kWords : kWords) * C)); });
    embeddings.needs(zeros);
    stages.put(zeros);
  }
  stages.put(embeddings);
  stages.run();
}
