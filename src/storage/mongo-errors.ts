// The driver's errors and what each means to a caller of the port.
import mongoose from 'mongoose';
import { DomainError } from '../platform/errors.ts';

/** mongodb.com/docs/manual/reference/error-codes */
const duplicateKey = 11000;
const tooLarge = new Set([10334, 17419, 17420]);
const { MongoError, MongoServerError } = mongoose.mongo;

export function isClash(error: unknown): error is mongoose.mongo.MongoServerError {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

/** The names of the fields alone, such as `doc.email`. */
export function clashingFields(error: mongoose.mongo.MongoServerError): string {
  return Object.keys(error.keyPattern ?? {}).join(', ') || 'the id or a unique value';
}

/** Any fault of the connection, of an election or of the write concern is 'storage_unavailable'; a fault of ours stays itself. */
export function toDomainError(error: unknown, where: string): unknown {
  if (error instanceof DomainError) return error;
  // Without its cause, which holds the value.
  if (isClash(error)) return new DomainError('duplicate', `${where}: ${clashingFields(error)} is taken`);
  if (isTooLarge(error)) return new DomainError('invalid_input', `${where}: the record is too large`, { cause: error });
  const isStore = error instanceof MongoError || error instanceof mongoose.MongooseError;
  return isStore ? unavailable(`${where}: ${error.message}`, error) : error;
}

export function unavailable(detail: string, cause?: unknown): DomainError {
  return new DomainError('storage_unavailable', detail, { cause });
}

function isTooLarge(error: unknown): boolean {
  if (error instanceof MongoServerError) return tooLarge.has(Number(error.code));
  // The driver refuses what cannot fit into a message before it sends it.
  return (error as NodeJS.ErrnoException | null)?.code === 'ERR_OUT_OF_RANGE';
}
