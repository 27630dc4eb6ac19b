// Blocks one after the other in AMX tiles. Their tasks are stages of one round: a thread that is done with its part of a
// block goes on with the next block, and the weights' gradients of one are made while the next one's texts are under way.

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
static std::vector<Stage*> stages_of(Stages& stages, const Pass& pass, const Work& work, const Stage* earlier) {
  const BlockShape& s = pass.s;
  const int64_t most = chunk_rows(s), texts = texts_at_once(s), group_rows = texts * s.T;
  std::vector<Stage*> made;
  if (texts > 0) {
    made = {&stages.make(s.B / texts, group_rows, [=, &pass](int64_t group) {
      Scratch scratch;
      const Work own(scratch, pass.s, group * group_rows, group_rows);
      const int64_t first = group * group_rows / most, end = first + group_rows / most;
      for (int64_t i = first; i < end; i++) pass.before(own, i, i * most, most);
      for (int64_t task = group * texts * pass.s.heads; task < (group + 1) * texts * pass.s.heads; task++) pass.attend(own, task);
      for (int64_t i = first; i < end; i++) pass.after(own, i, i * most, most);
    })};
  } else {
    const auto rows = [=](int64_t all, int64_t i) { return all - i * most < most ? all - i * most : most; };
    Stage& before = stages.make(ceil_div(pass.rows_before(), most), most, [=, &pass, &work](int64_t i) { pass.before(work, i, i * most, rows(pass.rows_before(), i)); });
    Stage& attend = stages.make(s.B * s.heads, 0, [&pass, &work](int64_t task) { pass.attend(work, task); });
    Stage& after = stages.make(ceil_div(pass.rows_after(), most), most, [=, &pass, &work](int64_t i) { pass.after(work, i, i * most, rows(pass.rows_after(), i)); });
    attend.needs(before);
    after.needs(attend);
    made = {&before, &attend, &after};
  }
  if (earlier != nullptr) made.front()->needs_rows(*earlier);
  return made;
}

template <>
void blocks_forward<AmxBFloat16>(const BlockShape& last, const std::vector<BlockParameters>& w, const float* x, const int32_t* start, float* y, float* activations, float epsilon) {
  Scratch scratch;
  const int64_t layers = static_cast<int64_t>(w.size());
  const bool keep = activations != nullptr;
  std::vector<KeptBlock> kept;
  if (keep) {
    Cutter cut(activations);
    kept = kept_blocks<AmxBFloat16>(cut, last, layers);
  } else {
    // The last block may keep less, at other places than the others, which may still be under way.
    const auto room = [&](const BlockShape& s) { return scratch.take<float>(block_activations<AmxBFloat16>(s)); };
    float *of_all = room(before_last(last)), *of_last = last.whole() ? of_all : room(last), *between[2];
    for (float*& out : between) out = scratch.take<float>(last.M() * last.C);
    for (int64_t layer = 0; layer < layers; layer++) kept.push_back({layer == layers - 1 ? of_last : of_all, between[layer % 2]});
  }
  std::vector<BlockForward> passes;
  for (int64_t layer = 0; layer < layers; layer++) {
    const BlockShape s = shape_of(last, layer, layers);
    Cutter cut(kept[layer].activations);
    passes.push_back({s, w[layer], layer == 0 ? x : kept[layer - 1].y, start, layer == layers - 1 ? y : kept[layer].y, keep, epsilon, {cut, s}});
  }
  const NoWork work(scratch, last, 0, last.M());
  Stages stages;
  const Stage* earlier = nullptr;
  for (const BlockForward& pass : passes)
    for (Stage* stage : stages_of(stages, pass, work, earlier)) {
      stages.put(*stage);
      earlier = stage;
    }
  stages.run();
}

template <>
void blocks_backward<AmxBFloat16>(const BlockShape& last, const std::vector<BlockParameters>& w, const float* dy, const float* x, const int32_t* start, float* activations, float* dx, const std::vector<BlockParameters>& d) {
  Scratch scratch;
  const int64_t layers = static_cast<int64_t>(w.size()), whole = last.whole() ? layers : layers - 1;
  Cutter all(activations);
  const std::vector<KeptBlock> kept = kept_blocks<AmxBFloat16>(all, last, layers);
  float* between[2];
  for (float*& gradient : between) gradient = scratch.take<float>(last.M() * last.C);
  // Two in turn: while the weights' gradients of one block are made, the next one leaves its operands.
  std::vector<BlockGradients> gradients;
  for (int64_t layer = 0; layer < whole && layer < 2; layer++) gradients.emplace_back(scratch, before_last(last));
  if (!last.whole()) gradients.emplace_back(scratch, last);
  std::vector<BlockBackward> passes;  // the last block's first
  for (int64_t layer = layers - 1; layer >= 0; layer--) {
    const BlockShape s = shape_of(last, layer, layers);
    Cutter cut(kept[layer].activations);
    const float* gradient = layer == layers - 1 ? dy : between[(layer + 1) % 2];
    passes.push_back({s, w[layer], gradient, layer == 0 ? x : kept[layer - 1].y, start, {cut, s}, layer == 0 ? dx : between[layer % 2], d[layer], layer < whole ? gradients[layer % 2] : gradients.back()});
  }
  const GradientWork work(scratch, last, 0, last.M());
  Stages stages;
  const Stage* earlier = nullptr;
  std::vector<Stage*> weights;  // of each block so far
  for (const BlockBackward& pass : passes) {
    const std::vector<Stage*> parts = stages_of(stages, pass, work, earlier);
    Stage& first = *parts.front();
    if (weights.size() >= 2) first.needs(*weights[weights.size() - 2]);
    // Some tasks of this block go ahead, so that nobody waits for the end of the block before; all of the last one, at whose end others wait.
    const int64_t ahead = first.count < threads() || &pass == &passes.back() ? first.count : threads();
    stages.put(first, 0, ahead);
    if (!weights.empty()) stages.put(*weights.back());
    stages.put(first, ahead, first.count);
    for (size_t i = 1; i < parts.size(); i++) stages.put(*parts[i]);
    earlier = parts.back();
    weights.push_back(&stages.make(pass.weight_tasks(), 0, [&pass](int64_t task) { pass.weights(task); }));
    weights.back()->needs(*earlier);
  }
  if (!weights.empty()) stages.put(*weights.back());
  stages.run();
}
