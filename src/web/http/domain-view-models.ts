// What the console's views of a firm's domains are given.
import type { DomainState } from '../../organizations/domain-claim.ts';
import type { AdminModel } from './admin-models.ts';
import type { FormModel, Message } from './view-models.ts';

export interface DomainRow {
  /** As people write it. */
  name: string;
  /** As DNS has it. */
  domain: string;
  state: DomainState;
  href: string;
}

export interface DomainViewModels {
  'admin/domains': AdminModel &
    FormModel & {
      /** The firm. */
      title: string;
      isDeclared: boolean;
      claimed: readonly DomainRow[];
      mayWrite: boolean;
      /** As typed. */
      domain: string;
      backUrl: string;
    };
  'admin/domain': AdminModel &
    FormModel & {
      row: DomainRow;
      record: { type: string; name: string; value: string };
      /** Of the last look; absent before the first. */
      finding?: Message;
      /** Other records that stood in its place. */
      seen: readonly string[];
      checkedAt: number | undefined;
      verifiedAt: number | undefined;
      missingSince: number | undefined;
      mayWrite: boolean;
      removeUrl?: string;
      backUrl: string;
    };
  'admin/domain-remove': AdminModel & FormModel & { row: DomainRow; cancelUrl: string };
}
