import { at, sum4 } from './math';

export function layerNormForward(x: usize, weight: usize, bias: usize, N: i32, C: i32, epsilon: f32, y: usize, mean: usize, rstd: usize): void {
  for (let n = 0; n < N; n++) {
    const row = at(x, n * C), out = at(y, n * C);
    let s = f32x4.splat(0);
    let i = 0;
    for (; i + 4 <= C; i += 4) s = f32x4.add(s, v128.load(at(row, i)));
    let total = sum4(s);
    for (; i < C; i++) total += load<f32>(at(row, i));
    const m = total / <f32>C;
    const m4 = f32x4.splat(m);
    s = f32x4.splat(0);
    for (i = 0; i + 4 <= C; i += 4) {
      const d = f32x4.sub(v128.load(at(row, i)), m4);
      s = f32x4.add(s, f32x4.mul(d, d));
    }
    total = sum4(s);
    for (; i < C; i++) {
      const d = load<f32>(at(row, i)) - m;
      total += d * d;
    }
    const r: f32 = <f32>(1.0 / Math.sqrt(<f64>(total / <f32>C + epsilon)));
    const r4 = f32x4.splat(r);
    for (i = 0; i + 4 <= C; i += 4) {
      const normal = f32x4.mul(f32x4.sub(v128.load(at(row, i)), m4), r4);
      v128.store(at(out, i), f32x4.add(f32x4.mul(normal, v128.load(at(weight, i))), v128.load(at(bias, i))));
    }
    for (; i < C; i++) store<f32>(at(out, i), (load<f32>(at(row, i)) - m) * r * load<f32>(at(weight, i)) + load<f32>(at(bias, i)));
    store<f32>(at(mean, n), m);
    store<f32>(at(rstd, n), r);
  }
}

/** dweight and dbias are added to: they come as zeros. */
export function layerNormBackward(dy: usize, x: usize, weight: usize, mean: usize, rstd: usize, N: i32, C: i32, dx: usize, dweight: usize, dbias: usize): void {
  for (let n = 0; n < N; n++) {
    const row = at(x, n * C), d = at(dy, n * C), out = at(dx, n * C);
    const m = load<f32>(at(mean, n)), r = load<f32>(at(rstd, n));
    const m4 = f32x4.splat(m), r4 = f32x4.splat(r);
    let g4 = f32x4.splat(0), gn4 = f32x4.splat(0);
    let i = 0;
    for (; i + 4 <= C; i += 4) {
      const dyi = v128.load(at(d, i));
      const normal = f32x4.mul(f32x4.sub(v128.load(at(row, i)), m4), r4);
      const g = f32x4.mul(dyi, v128.load(at(weight, i)));
      v128.store(at(dbias, i), f32x4.add(v128.load(at(dbias, i)), dyi));
      v128.store(at(dweight, i), f32x4.add(v128.load(at(dweight, i)), f32x4.mul(dyi, normal)));
      g4 = f32x4.add(g4, g);
      gn4 = f32x4.add(gn4, f32x4.mul(g, normal));
    }
    let sumG = sum4(g4), sumGN = sum4(gn4);
    for (; i < C; i++) {
      const dyi = load<f32>(at(d, i));
      const normal = (load<f32>(at(row, i)) - m) * r;
      const g = dyi * load<f32>(at(weight, i));
      store<f32>(at(dbias, i), load<f32>(at(dbias, i)) + dyi);
      store<f32>(at(dweight, i), load<f32>(at(dweight, i)) + dyi * normal);
      sumG += g;
      sumGN += g * normal;
    }
    const a = sumG / <f32>C, b = sumGN / <f32>C;
    const a4 = f32x4.splat(a), b4 = f32x4.splat(b);
    for (i = 0; i + 4 <= C; i += 4) {
      const normal = f32x4.mul(f32x4.sub(v128.load(at(row, i)), m4), r4);
      const g = f32x4.mul(v128.load(at(d, i)), v128.load(at(weight, i)));
      v128.store(at(out, i), f32x4.mul(f32x4.sub(f32x4.sub(g, a4), f32x4.mul(normal, b4)), r4));
    }
    for (; i < C; i++) {
      const normal = (load<f32>(at(row, i)) - m) * r;
      store<f32>(at(out, i), (load<f32>(at(d, i)) * load<f32>(at(weight, i)) - a - normal * b) * r);
    }
  }
}
