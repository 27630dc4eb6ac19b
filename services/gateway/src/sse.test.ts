import { describe, expect, it } from 'vitest';
import { formatEvent } from './sse.ts';

describe('server-sent events', () => {
  it('keeps text with line ends in one event', () => {
    expect(formatEvent({ event: 'x', id: '1', data: 'a\nb' })).toBe('event: x\nid: 1\ndata: a\ndata: b\n\n');
  });
});
