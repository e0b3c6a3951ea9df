// What the pages of development alone are given.

export interface DeveloperViewModels {
  'dev/mailbox': {
    messages: readonly {
      id: string;
      to: string;
      subject: string;
      sentAt: number;
      text: string;
      links: readonly string[];
    }[];
    sampleUrl: string;
  };
  'dev/sample': {
    /** Present once signed in. */
    signedIn?: { name: string; claims: readonly { name: string; value: string }[] };
    /** The provider said so: somebody signed out there. */
    isSignedOut?: true;
    csrf: string;
    error?: string;
    mailboxUrl: string;
    profileUrl: string;
  };
}
