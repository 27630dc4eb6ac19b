export interface Node { stage: string; after: readonly string[] }
export interface Placed { stage: string; depth: number; row: number }

/** How far each stage is from the beginning, and its place among those as far. */
export function placeStages(nodes: readonly Node[]): Placed[] {
  const byName = new Map(nodes.map((node) => [node.stage, node]));
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    // Against cycles, which no valid spec has.
    depths.set(name, 0);
    const depth = Math.max(-1, ...(byName.get(name)?.after ?? []).filter((one) => byName.has(one)).map(depthOf)) + 1;
    depths.set(name, depth);
    return depth;
  };
  const rows = new Map<number, number>();
  return nodes.map(({ stage }) => {
    const depth = depthOf(stage);
    const row = rows.get(depth) ?? 0;
    rows.set(depth, row + 1);
    return { stage, depth, row };
  });
}

/** The edges that say something: one that follows from others is left out. */
export function reducedEdges(nodes: readonly Node[]): [from: string, to: string][] {
  const after = new Map(nodes.map((node) => [node.stage, node.after]));
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (seen.has(from)) return false;
    seen.add(from);
    return (after.get(from) ?? []).some((one) => one === to || reaches(one, to, seen));
  };
  return nodes.flatMap(({ stage, after: before }) =>
    before.filter((one) => !before.some((other) => other !== one && reaches(other, one))).map((one): [string, string] => [one, stage]));
}
