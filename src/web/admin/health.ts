// What is weak or stale on the instance, the worst first, each with what to do and a link to where.
import type Router from '@koa/router';
import { type Finding, type Subject, severities } from '../../administration/findings.ts';
import type { Label } from '../http/admin-models.ts';
import type { FindingModel } from '../http/instance-view-models.ts';
import { appPath } from './app-models.ts';
import { organizationPath } from './organizations.ts';
import { personPath } from './person-models.ts';
import type { AdminPagesDependencies } from './router.ts';

/** Apps, and organizations: somebody waits for the page. */
const mostLookedAt = 200;

const placeOf: Record<Extract<Subject, { kind: 'topic' }>['id'], string | undefined> = {
  administrators: '/admin/policy',
  audit: '/admin/log',
  invitations: '/admin/invitations?state=expired',
  keys: '/admin/keys',
  look: undefined,
  mail: '/admin/mail',
  owners: '/admin/people',
  people: '/admin/people',
};

export function healthRoutes(router: Router, { administration, openDesk, views }: AdminPagesDependencies): void {
  router.get('/admin/health', async (ctx) => {
    const desk = await openDesk(ctx, 'instance:read');
    if (!desk) return;
    const found = await administration.health.look(desk.who, { most: mostLookedAt });
    const groups = severities.map((severity) => ({
      id: severity,
      title: { key: `admin.health.${severity}` },
      findings: found.filter((finding) => finding.severity === severity).map(modelOf),
    }));
    views.render(ctx, 'admin/health', {
      ...desk.model,
      groups: groups.filter(({ findings }) => findings.length > 0),
    });
  });
}

function modelOf({ code, subject, values = {} }: Finding): FindingModel {
  const href = hrefOf(code, subject);
  return { about: aboutOf(subject), text: { key: `finding.${code}`, values }, ...(href ? { href } : {}) };
}

function aboutOf(subject: Subject): Label {
  if (subject.kind === 'setting') return { text: subject.id };
  return subject.kind === 'topic' ? { key: `admin.health.topic.${subject.id}` } : { text: subject.name };
}

function hrefOf(code: string, subject: Subject): string | undefined {
  switch (subject.kind) {
    case 'setting':
      return undefined;
    case 'topic':
      return code === 'mailRetrying' ? '/admin/mail?state=retrying' : placeOf[subject.id];
    case 'client':
      return appPath(subject.id);
    case 'owner':
      return personPath(subject.id);
    case 'organization':
      return ['shortPasswords', 'administratorsNoMfa'].includes(code)
        ? `/admin/policy?${new URLSearchParams({ organization: subject.id })}`
        : organizationPath(subject.id);
  }
}
