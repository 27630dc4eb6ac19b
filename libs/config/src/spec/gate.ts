const operators = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
} as const satisfies Record<string, (a: number, b: number) => boolean>;

export type GateOperator = keyof typeof operators;

/** `winRate < 0.5`: a comparison of a stage's final metric with a number. */
export interface GateCondition {
  readonly metric: string;
  readonly operator: GateOperator;
  readonly value: number;
}

const grammar = /^\s*([A-Za-z][\w./-]*)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)\s*$/i;

/** Reads `METRIC < NUMBER` (also <=, >, >=; a number may be a percentage). Undefined when it is none. */
export function parseCondition(text: string): GateCondition | undefined {
  const match = grammar.exec(text);
  const [, metric, operator, number, percent] = match ?? [];
  if (metric === undefined || operator === undefined || number === undefined) return undefined;
  return { metric, operator: operator as GateOperator, value: Number(number) / (percent === '%' ? 100 : 1) };
}

export function formatCondition({ metric, operator, value }: GateCondition): string {
  return `${metric} ${operator} ${value}`;
}

/**
 * Why a gate stops the run, or undefined when it lets it pass. A metric that is missing or no
 * number stops the run too: a gate that cannot be judged protects nothing by staying open.
 */
export function judgeGate(stopIf: readonly GateCondition[], metrics: Readonly<Record<string, number>>): string | undefined {
  for (const condition of stopIf) {
    const found = metrics[condition.metric];
    if (found === undefined) {
      const names = Object.keys(metrics).sort().join(', ');
      return `expected the metric ${condition.metric} (gate "${formatCondition(condition)}"), found only: ${names || 'none'}`;
    }
    if (Number.isNaN(found)) return `${condition.metric} is not a number (gate "${formatCondition(condition)}")`;
    if (operators[condition.operator](found, condition.value)) {
      return `${condition.metric} is ${found}, and the gate stops the run if ${formatCondition(condition)}`;
    }
  }
  return undefined;
}
