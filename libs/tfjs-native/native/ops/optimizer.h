// Over all parameters in one call: most are small, and each call costs as much as a small one's work.

// Many arrays cut into chunks of at most kChunk numbers, numbered through.
class Chunks {
 public:
  static constexpr int64_t kChunk = 1 << 16;
  explicit Chunks(int64_t arrays) : first_(1) { first_.reserve(static_cast<size_t>(arrays) + 1); }
  void add(int64_t count) { first_.push_back(first_.back() + ceil_div(count, kChunk)); }
  int64_t total() const { return first_.back(); }
  int64_t first(size_t array) const { return first_[array]; }
  // f(array, begin, end, chunk) for every chunk, on all threads.
  template <class F>
  void each(const std::vector<int64_t>& counts, F&& f) const {
    parallel_ranges(total(), threads() * 16, [&](int64_t from, int64_t to) {
      size_t array = 0;
      for (int64_t chunk = from; chunk < to; chunk++) {
        while (chunk >= first_[array + 1]) array++;
        const int64_t begin = (chunk - first_[array]) * kChunk, count = counts[array];
        f(array, begin, begin + kChunk < count ? begin + kChunk : count, chunk);
      }
    });
  }

 private:
  std::vector<int64_t> first_;
};
static Chunks chunks_of(const std::vector<int64_t>& counts) {
  Chunks chunks(static_cast<int64_t>(counts.size()));
  for (int64_t count : counts) chunks.add(count);
  return chunks;
}

// Into L2, what an array has 2 KiB on: the processor's own prefetcher alone leaves a tenth of the memory's speed unused.
static inline void fetch_ahead(const float* p) { __builtin_prefetch(p + 512, 0, 2); }

// The sum of squares of each array, in double precision, chunk by chunk in a fixed order.
static void squared_sums(float* const* arrays, const std::vector<int64_t>& counts, float* out) {
  Scratch scratch;
  const Chunks chunks = chunks_of(counts);
  double* partial = scratch.take<double>(chunks.total());
  chunks.each(counts, [&](size_t array, int64_t begin, int64_t end, int64_t chunk) {
    const float* x = arrays[array];
    double lanes[VF] = {};
    // Short runs in float32, several sums side by side, added up in double.
    constexpr int64_t kSums = 4, kRun = 64 * VF;
    for (int64_t i = begin; i < end; i += kRun) {
      vf sums[kSums] = {};
      const int64_t stop = i + kRun < end ? i + kRun : end;
      int64_t j = i;
      for (; j + kSums * VF <= stop; j += kSums * VF)
        for (int k = 0; k < kSums; k++) {
          fetch_ahead(x + j + k * VF);
          const vf v = load(x + j + k * VF);
          sums[k] += v * v;
        }
      for (; j < stop; j += VF) {
        const vf v = load_n(x + j, static_cast<int>(stop - j));
        sums[0] += v * v;
      }
      const vf sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
      for (int lane = 0; lane < VF; lane++) lanes[lane] += sum[lane];
    }
    double total = 0;
    for (double lane : lanes) total += lane;
    partial[chunk] = total;
  });
  for (size_t array = 0; array < counts.size(); array++) {
    double total = 0;
    for (int64_t chunk = chunks.first(array); chunk < chunks.first(array + 1); chunk++) total += partial[chunk];
    out[array] = static_cast<float>(total);
  }
}

struct AdamWStep {
  float learning_rate, beta1, beta2, epsilon, correction1, correction2, grad_scale;
};
// A parameter (rows, columns); numbers without rows are rows of one.
struct UpdatedParameter {
  float *parameter, *grad, *m, *v;
  float weight_decay;
  int64_t rows, columns;
};

// Parameters and both their moments in place. Products find their weights packed: rows are packed again while
// they are in cache, which saves reading all of them twice more in the next step.
static void adamw(const std::vector<UpdatedParameter>& parameters, const AdamWStep& o) {
  // Divisions take as long as all the rest: one is left.
  const float rate = o.learning_rate / o.correction1, inverse2 = 1.0f / o.correction2;
  struct Task {
    size_t parameter;
    int64_t from, to;  // rows
  };
  std::vector<Task> tasks;
  std::vector<std::vector<Repack>> repacks;
  for (size_t k = 0; k < parameters.size(); k++) {
    const UpdatedParameter& u = parameters[k];
    repacks.push_back(repacks_of(u.parameter, u.rows, u.columns));
    const int64_t rows = u.columns == 0 ? u.rows : ceil_div(Chunks::kChunk, kPackRows * u.columns) * kPackRows;
    for (int64_t from = 0; from < u.rows; from += rows) tasks.push_back({k, from, from + rows < u.rows ? from + rows : u.rows});
  }
  parallel_ranges(static_cast<int64_t>(tasks.size()), threads() * 32, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; t++) {
      const Task& task = tasks[static_cast<size_t>(t)];
      const UpdatedParameter& u = parameters[task.parameter];
      for (int64_t i = task.from * u.columns, end = task.to * u.columns; i < end; i += VF) {
        const int left = static_cast<int>(end - i);
        for (const float* array : {u.grad, u.m, u.v, u.parameter}) fetch_ahead(array + i);
        const vf g = load_n(u.grad + i, left) * o.grad_scale;
        const vf m1 = o.beta1 * load_n(u.m + i, left) + (1.0f - o.beta1) * g;
        const vf v1 = o.beta2 * load_n(u.v + i, left) + (1.0f - o.beta2) * g * g;
        const vf p = load_n(u.parameter + i, left);
        store_n(u.m + i, m1, left);
        store_n(u.v + i, v1, left);
        store_n(u.parameter + i, p - o.learning_rate * u.weight_decay * p - rate * m1 / (root(v1 * inverse2) + o.epsilon), left);
      }
      for (const Repack& r : repacks[task.parameter]) r.rows(u.parameter, u.columns, r.transposed, r.K, r.N, task.from, task.to, r.out);
    }
    stored_away();
  });
}
