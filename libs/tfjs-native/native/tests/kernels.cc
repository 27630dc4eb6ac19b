// The kernels of a machine that has no Node, against plain loops in double precision: a program of its
// own, for what was cross-compiled and runs in an emulator. The thorough comparison, on all shapes and
// with gradients, is src/kernels.test.ts. Gradients are checked here along one random direction.
#include "dispatch.h"
#include "pack_cache.h"
#include "threads.h"

#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

using namespace minchat;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

namespace {

uint32_t state = 1;
float noise() {
  state = state * 1664525u + 1013904223u;
  return static_cast<float>(static_cast<int32_t>(state)) / 2147483648.0f;
}
Floats draw(int64_t count, float scale = 1) {
  Floats v(static_cast<size_t>(count));
  for (float& x : v) x = scale * noise();
  return v;
}
// While it lives, products may keep what they make of a weight.
struct Packable {
  const Floats& weight;
  explicit Packable(const Floats& w) : weight(w) { begin_packing(w.data()); }
  ~Packable() { end_packing(weight.data()); }
};
Doubles wide(const Floats& v) { return Doubles(v.begin(), v.end()); }

int failures = 0;
void expect_close(const char* what, double found, double expected) {
  if (std::fabs(found - expected) <= 2e-4 * (1 + std::fabs(expected))) return;
  std::fprintf(stderr, "%s: %.9g, expected %.9g\n", what, found, expected);
  failures++;
}
void expect_close(const char* what, const Floats& found, const Doubles& expected) {
  for (size_t i = 0; i < expected.size(); i++) expect_close(what, static_cast<double>(found[i]), expected[i]);
}

void run(const char* name, std::vector<const void*> data, std::vector<double> numbers) {
  std::vector<void*> pointers;
  for (const void* p : data) pointers.push_back(const_cast<void*>(p));
  find_kernel(name)(pointers.data(), numbers.data());
}

// The gradient times a direction, against the difference of a function of double numbers.
void expect_gradient(const char* what, const std::function<double(const Doubles&)>& f, const Floats& at, const Floats& gradient) {
  const Floats direction = draw(static_cast<int64_t>(at.size()));
  Doubles plus = wide(at), minus = wide(at);
  double slope = 0;
  const double step = 1e-5;
  for (size_t i = 0; i < at.size(); i++) {
    const double d = static_cast<double>(direction[i]);
    plus[i] += step * d;
    minus[i] -= step * d;
    slope += d * static_cast<double>(gradient[i]);
  }
  expect_close(what, slope, (f(plus) - f(minus)) / (2 * step));
}

Doubles product(const Doubles& x, const Doubles& w, const Doubles& b, size_t N, size_t I, size_t O) {
  Doubles y(N * O);
  for (size_t n = 0; n < N; n++)
    for (size_t o = 0; o < O; o++) {
      double sum = b.empty() ? 0 : b[o];
      for (size_t i = 0; i < I; i++) sum += x[n * I + i] * w[i * O + o];
      y[n * O + o] = sum;
    }
  return y;
}
double gelu(double p) { return 0.5 * p * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (p + 0.044715 * p * p * p))); }
double dot(const Doubles& a, const Floats& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); i++) sum += a[i] * static_cast<double>(b[i]);
  return sum;
}

void check_linear(int64_t N, int64_t I, int64_t O) {
  const Floats x = draw(N * I), w = draw(I * O), b = draw(O), dy = draw(N * O);
  Floats y(dy.size()), pre(dy.size()), dx(x.size()), dw(w.size()), db(b.size());
  const std::vector<double> sizes = {double(N), double(I), double(O)};
  const auto f = [&](const Doubles& u, const Doubles& v) {
    Doubles out = product(u, v, wide(b), size_t(N), size_t(I), size_t(O));
    for (double& p : out) p = gelu(p);
    return out;
  };
  const Packable weight(w);
  run("linearForward", {x.data(), w.data(), b.data(), nullptr, y.data(), pre.data()}, sizes);
  expect_close("linear with GELU", y, f(wide(x), wide(w)));
  run("linearBackward", {dy.data(), x.data(), w.data(), pre.data(), dx.data(), dw.data(), db.data()}, sizes);
  expect_gradient("linear, dx", [&](const Doubles& u) { return dot(f(u, wide(w)), dy); }, x, dx);
  expect_gradient("linear, dweight", [&](const Doubles& v) { return dot(f(wide(x), v), dy); }, w, dw);
}

void check_layer_norm(int64_t N, int64_t C) {
  const Floats x = draw(N * C), w = draw(C), b = draw(C), dy = draw(N * C);
  Floats y(x.size()), mean(static_cast<size_t>(N)), rstd(mean.size()), dx(x.size()), dw(w.size()), db(b.size());
  const auto f = [&](const Doubles& u) {
    Doubles out(u.size());
    for (size_t n = 0; n < size_t(N); n++) {
      double mu = 0, variance = 0;
      for (size_t c = 0; c < size_t(C); c++) mu += u[n * size_t(C) + c] / double(C);
      for (size_t c = 0; c < size_t(C); c++) variance += (u[n * size_t(C) + c] - mu) * (u[n * size_t(C) + c] - mu) / double(C);
      for (size_t c = 0; c < size_t(C); c++) out[n * size_t(C) + c] = (u[n * size_t(C) + c] - mu) / std::sqrt(variance + 1e-5) * double(w[c]) + double(b[c]);
    }
    return out;
  };
  run("layerNormForward", {x.data(), w.data(), b.data(), y.data(), mean.data(), rstd.data()}, {double(N), double(C), 1e-5});
  expect_close("layer norm", y, f(wide(x)));
  run("layerNormBackward", {dy.data(), x.data(), w.data(), mean.data(), rstd.data(), dx.data(), dw.data(), db.data()}, {double(N), double(C)});
  expect_gradient("layer norm, dx", [&](const Doubles& u) { return dot(f(u), dy); }, x, dx);
}

void check_attention(int64_t B, int64_t T, int64_t heads, int64_t kv_heads, int64_t hs) {
  const int64_t C = heads * hs, W = C + 2 * kv_heads * hs;
  const Floats qkv = draw(B * T * W), dout = draw(B * T * C);
  std::vector<int32_t> start(static_cast<size_t>(B));
  for (size_t b = 0; b < start.size(); b++) start[b] = static_cast<int32_t>(b * 3 % size_t(T + 1));
  Floats out(dout.size()), lse(static_cast<size_t>(B * heads * T)), dqkv(qkv.size());
  const auto f = [&](const Doubles& u) {
    Doubles y(dout.size());
    const auto at = [&](int64_t b, int64_t t, int64_t part, int64_t h, int64_t c) {
      const int64_t head = part == 0 ? h : heads + (part - 1) * kv_heads + h / (heads / kv_heads);
      return u[size_t((b * T + t) * W + head * hs + c)];
    };
    for (int64_t b = 0; b < B; b++)
      for (int64_t h = 0; h < heads; h++)
        for (int64_t t = start[size_t(b)]; t < T; t++) {
          double total = 0;
          for (int64_t j = start[size_t(b)]; j <= t; j++) {
            double score = 0;
            for (int64_t c = 0; c < hs; c++) score += at(b, t, 0, h, c) * at(b, j, 1, h, c);
            const double e = std::exp(score / std::sqrt(double(hs)));
            total += e;
            for (int64_t c = 0; c < hs; c++) y[size_t((b * T + t) * C + h * hs + c)] += e * at(b, j, 2, h, c);
          }
          for (int64_t c = 0; c < hs; c++) y[size_t((b * T + t) * C + h * hs + c)] /= total;
        }
    return y;
  };
  const std::vector<double> sizes = {double(B), double(T), double(heads), double(kv_heads), double(hs)};
  run("attentionForward", {qkv.data(), start.data(), out.data(), lse.data()}, sizes);
  expect_close("attention", out, f(wide(qkv)));
  run("attentionBackward", {dout.data(), qkv.data(), out.data(), lse.data(), start.data(), dqkv.data()}, sizes);
  expect_gradient("attention, dqkv", [&](const Doubles& u) { return dot(f(u), dout); }, qkv, dqkv);
}

void check_token_nll(int64_t N, int64_t C, int64_t V) {
  const Floats x = draw(N * C), wte = draw(V * C), dnll = draw(N);
  std::vector<int32_t> targets(static_cast<size_t>(N));
  for (size_t n = 0; n < targets.size(); n++) targets[n] = static_cast<int32_t>(n * 7 % size_t(V));
  Floats nll(dnll.size()), lse(dnll.size()), entropy(dnll.size()), correct(dnll.size()), dx(x.size()), dwte(wte.size());
  const auto f = [&](const Doubles& u, const Doubles& v) {
    Doubles y(dnll.size());
    for (size_t n = 0; n < y.size(); n++) {
      double total = 0, wanted = 0;
      for (size_t t = 0; t < size_t(V); t++) {
        double z = 0;
        for (size_t c = 0; c < size_t(C); c++) z += u[n * size_t(C) + c] * v[t * size_t(C) + c];
        total += std::exp(z);
        if (t == size_t(targets[n])) wanted = z;
      }
      y[n] = std::log(total) - wanted;
    }
    return y;
  };
  const std::vector<double> sizes = {double(N), double(C), double(V), 1};
  const Packable weight(wte);
  run("tokenNllForward", {x.data(), wte.data(), targets.data(), nll.data(), lse.data(), entropy.data(), correct.data(), nullptr}, sizes);
  expect_close("token nll", nll, f(wide(x), wide(wte)));
  run("tokenNllBackward", {dnll.data(), x.data(), wte.data(), targets.data(), lse.data(), nullptr, dx.data(), dwte.data()}, sizes);
  expect_gradient("token nll, dx", [&](const Doubles& u) { return dot(f(u, wide(wte)), dnll); }, x, dx);
  expect_gradient("token nll, dwte", [&](const Doubles& v) { return dot(f(wide(x), v), dnll); }, wte, dwte);
}

}  // namespace

int main() {
  multiply_in_bf16 = false;
  set_threads(2);
  for (const InstructionSet* set : available_sets()) {
    choose_set(set->name);
    for (const int64_t n : {1, 5, 33}) {
      check_linear(n, 7 + n, 17);
      check_layer_norm(n, 9 + n);
      check_attention(2, n, 2, 2, 5 + n % 7);
      check_attention(2, n, 4, 2, 5 + n % 7);
      check_token_nll(n, 6, 40 + n);
    }
    std::printf("%s: %d differences\n", set->name, failures);
  }
  return failures == 0 ? 0 : 1;
}
