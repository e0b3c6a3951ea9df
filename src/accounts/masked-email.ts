// An address as it may be told to somebody who need not learn all of it.

/** `m•••@acme.example`: enough to recognise an own address, too little to write to another's. */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const [first = ''] = email;
  return `${first}•••${email.slice(at)}`;
}
