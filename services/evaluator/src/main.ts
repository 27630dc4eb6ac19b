import { runStageService } from '@minchat/stage';

await runStageService({ service: 'evaluator', kinds: ['evaluate'], defaultPlugin: '@minchat/evaluator' });
