/** The sentence of an audit event: `password.changed` is `activity.password-changed`. Not every type has one. */
export function activityKey(type: string): string {
  return `activity.${type.replaceAll('.', '-')}`;
}
