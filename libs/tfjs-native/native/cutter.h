// Cuts a buffer into pieces on cache lines; of no buffer, only counts.
class Cutter {
 public:
  explicit Cutter(float* base) : base_(reinterpret_cast<uintptr_t>(base)) {}
  template <class T>
  T* take(int64_t count) {
    T* piece = reinterpret_cast<T*>(base_ + used_);
    used_ += (sizeof(T) * static_cast<size_t>(count) + 63) / 64 * 64;
    return piece;
  }
  int64_t floats() const { return static_cast<int64_t>(used_ / sizeof(float)); }

 private:
  uintptr_t base_;
  size_t used_ = 0;
};
