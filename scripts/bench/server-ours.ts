// Gatehouse as `npm start` runs it in production, with its default settings; only the address and the storage are the bench's.
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { startServer } from '../../src/server.ts';
import { environmentOf, type OursArguments } from './arguments.ts';
import { answerQuestions, childArguments, usage } from './children.ts';

const config = loadConfig({ env: environmentOf(childArguments<OursArguments>()) });
const { stop } = await startServer(config, createLog(config.logLevel));
answerQuestions(usage, stop);
