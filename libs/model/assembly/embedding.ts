import { add, at, zero } from './math';

/** wpe: 0 where positions are not learned. */
export function embeddingForward(tokens: usize, start: usize, wte: usize, wpe: usize, B: i32, T: i32, C: i32, x: usize): void {
  for (let b = 0; b < B; b++) {
    const s = load<i32>(at(start, b));
    for (let t = 0; t < T; t++) {
      const out = at(x, (b * T + t) * C);
      const word = at(wte, load<i32>(at(tokens, b * T + t)) * C);
      if (t < s) zero(out, C);
      else if (wpe == 0) memory.copy(out, word, <usize>C << 2);
      else add(out, word, at(wpe, (t - s) * C), C);
    }
  }
}

/** dwte and dwpe, where it is not 0, are added to. */
export function embeddingBackward(dx: usize, tokens: usize, start: usize, B: i32, T: i32, C: i32, dwte: usize, dwpe: usize): void {
  for (let b = 0; b < B; b++) {
    const s = load<i32>(at(start, b));
    for (let t = s; t < T; t++) {
      const d = at(dx, (b * T + t) * C);
      const word = at(dwte, load<i32>(at(tokens, b * T + t)) * C);
      add(word, word, d, C);
      if (dwpe == 0) continue;
      const place = at(dwpe, (t - s) * C);
      add(place, place, d, C);
    }
  }
}
