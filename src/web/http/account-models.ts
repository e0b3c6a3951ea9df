// What My Profile shows of sessions, applications and what happened: the rows of its lists.
import type { ClientModel, Message } from './view-models.ts';

/** Where a person is signed in. */
export interface SessionModel {
  id: string;
  device: Message;
  /** Empty where nobody knows it. */
  address: string;
  signedInAt: number;
  lastSeenAt: number;
}

/** A device on which no code is asked. */
export interface RememberedModel {
  id: string;
  device: Message;
  since: number;
  until: number;
}

/** A passkey in the list of its owner's. */
export interface PasskeyModel {
  id: string;
  /** Empty where nobody named it. */
  name: string;
  /** What it was made with. */
  device: Message;
  createdAt: number;
  lastUsedAt?: number;
  isSynced: boolean;
  /** Somebody may have a copy of it. */
  isSuspected: boolean;
}

/** A relying party that has something of a person. */
export interface ApplicationModel {
  clientId: string;
  client: ClientModel;
  scopes: readonly Message[];
  since: number;
  lastUsedAt: number;
  sessionCount: number;
  isOffline: boolean;
}

/** One thing that happened to an account. */
export interface ActivityModel {
  sentence: Message;
  at: number;
  hasFailed: boolean;
  address: string;
  device?: Message;
  clientName?: string;
  isByAdministrator: boolean;
}

/** An account at another service that signs in to this one. */
export interface LinkedAccountModel {
  id: string;
  /** Of the service. */
  name: string;
  /** As it told it; empty where it told none. */
  email: string;
  linkedAt: number;
}
