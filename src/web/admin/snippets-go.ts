// Go with coreos/go-oidc and golang.org/x/oauth2.
import type { SnippetModel } from '../http/admin-app-models.ts';
import { apiOf, literal, pathOf, type SnippetInput, secretVariable } from './snippet-input.ts';

const title = 'Go (coreos/go-oidc)';

export function goSignIn(input: SnippetInput): SnippetModel {
  const { issuer, redirectUri, scopes } = input;
  const { protocol, port } = new URL(redirectUri);
  return {
    id: 'go',
    title,
    install: 'go get github.com/coreos/go-oidc/v3/oidc golang.org/x/oauth2',
    code: `package main

import (
	"context"
	"crypto/rand"
	"log"
	"net/http"${hasSecret(input) ? '\n\t"os"' : ''}

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func keep(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, MaxAge: 600, Path: "/", HttpOnly: true, Secure: ${protocol === 'https:'}, SameSite: http.SameSiteLaxMode,
	})
}

func kept(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func main() {
	provider, err := oidc.NewProvider(context.Background(), ${literal(issuer)})
	if err != nil {
		log.Fatal(err)
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.${authStyle(input)}
	config := oauth2.Config{
${aligned({
  ...credentials(input),
  Endpoint: 'endpoint',
  RedirectURL: literal(redirectUri),
  Scopes: strings(scopes),
})}
	}
	idTokens := provider.Verifier(&oidc.Config{ClientID: config.ClientID})

	http.HandleFunc("GET /sign-in", func(w http.ResponseWriter, r *http.Request) {
		state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
		keep(w, "state", state)
		keep(w, "nonce", nonce)
		keep(w, "verifier", verifier)
		url := config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))
		http.Redirect(w, r, url, http.StatusFound)
	})

	http.HandleFunc(${literal(`GET ${pathOf(redirectUri)}`)}, func(w http.ResponseWriter, r *http.Request) {
		if state := kept(r, "state"); state == "" || state != r.FormValue("state") {
			http.Error(w, "state does not match", http.StatusBadRequest)
			return
		}
		token, err := config.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(kept(r, "verifier")))
		if err != nil {
			http.Error(w, "no token", http.StatusBadGateway)
			return
		}
		raw, _ := token.Extra("id_token").(string)
		idToken, err := idTokens.Verify(r.Context(), raw)
		if err != nil || idToken.Nonce != kept(r, "nonce") {
			http.Error(w, "no valid ID token", http.StatusBadGateway)
			return
		}
		w.Write([]byte("Signed in: " + idToken.Subject))
	})

	log.Fatal(http.ListenAndServe(${literal(`localhost:${port || (protocol === 'http:' ? '80' : '8080')}`)}, nil))
}
`,
  };
}

export function goMachine(input: SnippetInput): SnippetModel {
  const { issuer, scopes } = input;
  const asked =
    scopes.length === 0
      ? {}
      : { Scopes: strings(scopes), EndpointParams: `url.Values{"resource": {${literal(apiOf(issuer))}}}` };
  return {
    id: 'go',
    title: 'Go (golang.org/x/oauth2)',
    install: 'go get golang.org/x/oauth2',
    code: `package main

import (
	"context"
	"net/http"${scopes.length === 0 ? '' : '\n\t"net/url"'}
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func authorizedClient(ctx context.Context) *http.Client {
	config := clientcredentials.Config{
${aligned({
  ...credentials(input),
  TokenURL: literal(`${issuer}/token`),
  AuthStyle: `oauth2.${authStyle(input)}`,
  ...asked,
})}
	}
	return config.Client(ctx)
}
`,
  };
}

function hasSecret({ authMethod }: SnippetInput): boolean {
  return authMethod !== 'none';
}

function authStyle({ authMethod }: SnippetInput): string {
  return authMethod === 'client_secret_basic' ? 'AuthStyleInHeader' : 'AuthStyleInParams';
}

function credentials(input: SnippetInput): Record<string, string> {
  return {
    ClientID: literal(input.clientId),
    ...(hasSecret(input) ? { ClientSecret: `os.Getenv("${secretVariable}")` } : {}),
  };
}

function strings(values: readonly string[]): string {
  return `[]string{${values.map(literal).join(', ')}}`;
}

/** The fields of a literal as gofmt sets them. */
function aligned(fields: Record<string, string>): string {
  const width = Math.max(...Object.keys(fields).map(({ length }) => length)) + 1;
  return Object.entries(fields)
    .map(([name, value]) => `\t\t${`${name}:`.padEnd(width)} ${value},`)
    .join('\n');
}
