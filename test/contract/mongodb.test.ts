import { describe } from '@jest/globals';
import { mongodb, storageAt } from '../support/engines.ts';
import { storageContract } from './storage-contract.ts';

async function open() {
  const url = mongodb.freshUrl();
  return { url, connect: () => storageAt(url), drop: () => mongodb.drop(url) };
}

(mongodb.available ? describe : describe.skip)('with a standalone server', () => {
  storageContract('MongoDB', open);
});
