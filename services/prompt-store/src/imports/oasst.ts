import { z } from 'zod';
import type { ChatMessage } from '@minchat/datasets';
import { highestRank, longestName, optional, parseRecord, type ImportedPrompt, type ImportedRecord } from './records.ts';

// Open-Assistant's message trees: people's turns with the assistant's replies to each, ranked by
// volunteers, and so on down.

interface Node {
  text: string;
  role: 'prompter' | 'assistant';
  rank?: number | undefined;
  deleted?: boolean | undefined;
  review_result?: boolean | undefined;
  model_name?: string | undefined;
  user_id?: string | undefined;
  replies: Node[];
}

const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.object({
    text: z.string(),
    role: z.enum(['prompter', 'assistant']),
    rank: optional(z.int().min(0).max(highestRank)),
    deleted: optional(z.boolean()),
    review_result: optional(z.boolean()),
    model_name: optional(z.string()),
    user_id: optional(z.string().max(longestName)),
    replies: optional(z.array(nodeSchema)).transform((replies) => replies ?? []),
  }),
);
const treeSchema = z.object({ message_tree_id: z.string().max(longestName), prompt: nodeSchema });

/**
 * All that one tree holds. A person's turn with two or more ranked replies that differ gives one comparison,
 * the whole conversation up to it being the prompt; its best reply gives a demonstration; a turn
 * nobody answered gives a prompt. The tree counts as one user's, so that a conversation and its
 * branches stay in one split. Throws BadRecordError.
 */
export function oasstRecords(value: unknown): ImportedRecord[] {
  const tree = parseRecord(treeSchema, value);
  const user = tree.prompt.user_id ?? `thread:oasst:${tree.message_tree_id}`;
  const records: ImportedRecord[] = [];
  walk(tree.prompt, [], user, records);
  return records;
}

function walk(node: Node, before: readonly ChatMessage[], user: string, records: ImportedRecord[]): void {
  if (node.deleted === true) return;
  const messages: ChatMessage[] = [...before, { role: node.role === 'prompter' ? 'user' : 'assistant', content: node.text }];
  const replies = node.replies.filter((reply) => reply.deleted !== true);
  if (node.role === 'prompter') records.push(...recordsOfTurn({ messages, user }, replies.filter((reply) => reply.role === 'assistant')));
  for (const reply of replies) walk(reply, messages, user, records);
}

function recordsOfTurn(prompt: ImportedPrompt, replies: readonly Node[]): ImportedRecord[] {
  const ranked = replies.filter((reply) => reply.rank !== undefined).toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  const best = ranked[0] ?? replies.find((reply) => reply.review_result !== false);
  const records: ImportedRecord[] = [];
  if (best !== undefined) records.push({ kind: 'demonstration', prompt, completion: best.text });
  if (new Set(ranked.map((reply) => reply.text)).size >= 2) {
    records.push({
      kind: 'comparison',
      prompt,
      answers: ranked.map((reply) => ({
        text: reply.text,
        rank: reply.rank ?? 0,
        ...(reply.model_name === undefined ? {} : { model: reply.model_name }),
      })),
    });
  }
  return records.length > 0 ? records : [{ kind: 'prompt', prompt }];
}
