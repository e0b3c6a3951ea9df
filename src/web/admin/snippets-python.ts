// Python with Authlib: Flask for a web server, requests for a program without people.
import type { SnippetModel } from '../http/admin-app-models.ts';
import { apiOf, literal, pathOf, type SnippetInput, secretVariable } from './snippet-input.ts';

const title = 'Python (Authlib)';

export function pythonSignIn({ issuer, clientId, authMethod, redirectUri, scopes }: SnippetInput): SnippetModel {
  return {
    id: 'python',
    title,
    install: 'pip install authlib flask requests',
    code: `import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session

app = Flask(__name__)
app.secret_key = os.environ["SESSION_KEY"]
oauth = OAuth(app)
oauth.register(
    "gatehouse",
    client_id=${literal(clientId)},
    client_secret=os.environ["${secretVariable}"],
    server_metadata_url=${literal(`${issuer}/.well-known/openid-configuration`)},
    client_kwargs={
        "scope": ${literal(scopes.join(' '))},
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": ${literal(authMethod)},
    },
)


@app.get("/sign-in")
def sign_in():
    return oauth.gatehouse.authorize_redirect(${literal(redirectUri)})


@app.get(${literal(pathOf(redirectUri))})
def signed_in():
    token = oauth.gatehouse.authorize_access_token()
    session["subject"] = token["userinfo"]["sub"]
    return redirect("/")
`,
  };
}

export function pythonMachine({ issuer, clientId, authMethod, scopes }: SnippetInput): SnippetModel {
  const asked =
    scopes.length === 0
      ? ''
      : `
        scope=${literal(scopes.join(' '))},
        resource=${literal(apiOf(issuer))},`;
  return {
    id: 'python',
    title,
    install: 'pip install authlib requests',
    code: `import os

from authlib.integrations.requests_client import OAuth2Session

session = OAuth2Session(
    ${literal(clientId)},
    os.environ["${secretVariable}"],
    token_endpoint_auth_method=${literal(authMethod)},
)


def access_token():
    token = session.fetch_token(
        ${literal(`${issuer}/token`)},
        grant_type="client_credentials",${asked}
    )
    return token["access_token"]
`,
  };
}
