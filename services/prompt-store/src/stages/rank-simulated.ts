import { MinchatError } from '@minchat/errors';
import { splits, type AnswersRecord, type ComparisonRecord, type Split } from '@minchat/datasets';
import type { Metrics } from '@minchat/stage';
import { labelerAgreement, noiseCeiling, simulatedLabeler } from '@minchat/world';
import { digestOf } from '../digest.ts';
import { answersBySplit, neededInput, writeRanked, type RankContext } from './rank-common.ts';

/** How many simulated labelers there are; each ranks a share of the prompts, as the paper's forty did. */
const labelerCount = 10;

/**
 * Ranks answers to the quickstart world's prompts. A second labeler always looks at them too, so
 * that the agreement can be told; that ranking is kept only if `labelersPerPrompt` asks for it.
 */
export async function rankBySimulation(context: RankContext, settings: { labelersPerPrompt: number; validationFraction: number }): Promise<Metrics> {
  const bySplit = await answersBySplit(neededInput(context, 'answers', 'simulated'), context.seed, settings.validationFraction);
  const labelers = Array.from({ length: labelerCount }, (_, i) => simulatedLabeler({ seed: context.seed, id: `simulated-${i + 1}` }));
  const total = splits.reduce((sum, split) => sum + bySplit[split].length, 0);
  const opinions: (readonly [readonly { rank: number }[], readonly { rank: number }[]])[] = [];
  const ranked: Record<Split, ComparisonRecord[]> = { train: [], validation: [], test: [] };
  let step = 0;

  for (const split of splits) {
    for (const record of bySplit[split]) {
      const first = Number.parseInt(digestOf(context.seed, record.id).slice(0, 8), 16);
      const looking = Array.from({ length: Math.max(2, settings.labelersPerPrompt) }, (_, i) => labelers[(first + i) % labelerCount] as (typeof labelers)[number]);
      const rankings = looking.map((labeler) => labeler.rank(record.messages, record.answers));
      const [one, two] = rankings;
      if (one === undefined || two === undefined) throw notOfThisWorld(record);
      opinions.push([one, two]);
      for (const [i, ranking] of rankings.slice(0, settings.labelersPerPrompt).entries()) {
        if (ranking !== undefined) ranked[split].push(comparison(record, looking[i]?.id ?? '', ranking));
      }
      step += 1;
      if (step % 50 === 0 || step === total) {
        context.signal.throwIfAborted();
        context.progress({ step, totalSteps: total });
      }
    }
  }
  const agreement = labelerAgreement(opinions);
  // Beside the reward model's accuracy, which is measured on the validation split.
  const ceiling = noiseCeiling(ranked.validation.length > 0 ? ranked.validation : ranked.train);
  const figures = {
    ...(agreement.pairs > 0 ? { labelerAgreement: agreement.agreement } : {}),
    ...(ceiling.pairs > 0 ? { noiseCeiling: ceiling.accuracy } : {}),
  };
  const written = await writeRanked(context, bySplit, ranked, `ranked by ${labelerCount} simulated labelers`, {
    ...(figures.noiseCeiling === undefined ? {} : { noise_ceiling: figures.noiseCeiling }),
    ...(figures.labelerAgreement === undefined ? {} : { labeler_agreement: figures.labelerAgreement }),
  });
  return { ...written, ...figures };
}

function comparison(record: AnswersRecord, labeler: string, ranking: readonly { rank: number; rating: number }[]): ComparisonRecord {
  return {
    // Of these answers: another round asks the same labeler about others.
    id: digestOf(record.id, labeler, ...record.answers.map(({ text }) => text)),
    messages: record.messages,
    ...(record.useCase === undefined ? {} : { useCase: record.useCase }),
    labeler,
    answers: record.answers.map(({ text, finished }, i) => ({ text, finished, rank: ranking[i]?.rank ?? 0, rating: ranking[i]?.rating ?? 1 })),
  };
}

function notOfThisWorld(record: AnswersRecord): MinchatError {
  const prompt = record.messages.at(-1)?.content.slice(0, 80) ?? '';
  return new MinchatError('MC_DATA_INVALID', `simulated labelers: expected a prompt of the quickstart world, found ${JSON.stringify(prompt)}`, {
    hint: 'Simulated labelers only know the world’s questions. Have other data ranked by people (labelers: human), or import comparisons (labelers: imported).',
  });
}
