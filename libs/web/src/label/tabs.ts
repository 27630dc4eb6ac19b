/** So long the other tabs have to answer; one that the browser has put to sleep does not. */
const patienceMs = 250;
/** So long what a tab had is left to it when it goes: it may be loaded again. */
const graceMs = 3_000;

/**
 * A tab is about to take a task, with a number that it has drawn; another answers with what it has, and whether it goes
 * first. One that is closed or loaded again tells what it leaves.
 */
type Word = { draw: number } | { to: number; has: string[]; goesFirst: boolean } | { leaves: string[] };

/**
 * What the tabs of this browser tell each other of the tasks before them. The store knows the labeler alone and would
 * give each tab the same: ranked in two of them, one ranking would be in vain.
 */
export interface Tabs {
  /** Takes a task when no other tab is at it, one after the other; `elsewhere` are those that other tabs have. */
  take<T extends { id: string } | null>(work: (elsewhere: string[]) => Promise<T>): Promise<T>;
  /** The task is before this tab no longer. */
  release(id: string): void;
  /** The page goes, and may come again with the same tasks. */
  readonly leave: () => void;
  /** The tab has no tasks any more. */
  close(): void;
}

/** Those that are at the same kind of work know of each other. */
export function openTabs(kind: string): Tabs {
  const channel = new BroadcastChannel(`minchat-tasks-${kind}`);
  const own = new Set<string>();
  /** While this tab takes a task: its number, or one that is less than any once no other has answered that it goes first. */
  let draw: number | undefined;
  let elsewhere: string[] = [];
  let isFirst = true;
  let isOpen = true;
  /** What tabs that went have left, and until when it is theirs. */
  const left = new Map<string, number>();
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if ('to' in data) {
      if (data.to !== draw) return;
      elsewhere.push(...data.has);
      if (data.goesFirst) isFirst = false;
      return;
    }
    if ('leaves' in data) {
      for (const id of data.leaves) left.set(id, Date.now() + graceMs);
      return;
    }
    const goesFirst = draw !== undefined && draw < data.draw;
    if (draw !== undefined && !goesFirst) isFirst = false;
    channel.postMessage({ to: data.draw, has: [...own], goesFirst } satisfies Word);
  };
  /** When this tab's turn has come. */
  const turn = async (): Promise<void> => {
    do {
      draw = Math.random();
      [elsewhere, isFirst] = [[], true];
      // What a closed tab takes is not shown: nobody needs to know.
      if (!isOpen) return;
      channel.postMessage({ draw } satisfies Word);
      await new Promise((resolve) => { setTimeout(resolve, patienceMs); });
    } while (!isFirst);
    draw = -1;
    elsewhere.push(...[...left].filter(([, until]) => until > Date.now()).map(([id]) => id));
  };
  const take: Tabs['take'] = async (work) => {
    await turn();
    try {
      const taken = await work(elsewhere);
      if (taken !== null) own.add(taken.id);
      return taken;
    } finally {
      draw = undefined;
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const taken = last.then(() => take(work));
      last = taken.catch(() => undefined);
      return taken;
    },
    release: (id) => void own.delete(id),
    leave: () => channel.postMessage({ leaves: [...own] } satisfies Word),
    close() {
      isOpen = false;
      channel.close();
    },
  };
}
