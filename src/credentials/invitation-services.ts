// Invitations and all that leads to them, built together.
import { createInvitationLinks } from './invitation-links.ts';
import { createInvitationMails, type InvitationMailsDependencies } from './invitation-mails.ts';
import { createInvitationRequests, type InvitationRequestsDependencies } from './invitation-requests.ts';
import { createInvitations, type InvitationsDependencies } from './invitations.ts';

export type InvitationServicesDependencies = InvitationMailsDependencies &
  Omit<InvitationsDependencies, 'mails'> &
  Omit<InvitationRequestsDependencies, 'invitations' | 'mails'>;

export function createInvitationServices(dependencies: InvitationServicesDependencies) {
  const mails = createInvitationMails(dependencies);
  const invitations = createInvitations({ ...dependencies, mails });
  const invitationLinks = createInvitationLinks({ ...dependencies, mails });
  const invitationRequests = createInvitationRequests({ ...dependencies, invitations, mails });
  return { invitations, invitationLinks, invitationRequests };
}
