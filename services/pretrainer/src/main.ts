import { runStageService } from '@minchat/stage';

await runStageService({ service: 'pretrainer', kinds: ['pretrain'], defaultPlugin: '@minchat/pretrainer' });
