/** What a labeler is at: ranking answers, answering prompts, or writing both. */
export const works = ['rank', 'write', 'own'] as const;
export type Work = (typeof works)[number];

/** The address tells it, so that a reload goes on with it: `#/label?work=write`. */
export function readWork(query: string): Work {
  const asked = new URLSearchParams(query).get('work');
  return works.find((work) => work === asked) ?? 'rank';
}

export function addressOfWork(work: Work): string {
  return work === 'rank' ? '#/label' : `#/label?work=${work}`;
}
