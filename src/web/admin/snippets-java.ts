// Java: Spring Security for a web server, what the JDK has for a program without people.
import type { SnippetModel } from '../http/admin-app-models.ts';
import { apiOf, literal, pathOf, type SnippetInput, secretVariable } from './snippet-input.ts';

/** Two files; Spring takes RS256 unless it is told, and PKCE of a client with a secret only when asked. */
export function javaSignIn(input: SnippetInput): SnippetModel {
  const { issuer, clientId, authMethod, redirectUri, scopes, alg } = input;
  return {
    id: 'java',
    title: 'Java (Spring Security)',
    install: 'org.springframework.boot:spring-boot-starter-oauth2-client',
    code: `# application.yml
spring:
  security:
    oauth2:
      client:
        registration:
          gatehouse:
            client-id: ${literal(clientId)}
            client-secret: \${${secretVariable}}
            client-authentication-method: ${authMethod}
            authorization-grant-type: authorization_code
            redirect-uri: ${literal(redirectUri)}
            scope: [${scopes.join(', ')}]
        provider:
          gatehouse:
            issuer-uri: ${literal(issuer)}

// SignIn.java
import org.springframework.context.annotation.*;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.registration.*;
import org.springframework.security.oauth2.client.web.*;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.SecurityFilterChain;

@Configuration
class SignIn {
    @Bean
    SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
        var requests = new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
        requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
        return http
            .authorizeHttpRequests(each -> each.anyRequest().authenticated())
            .oauth2Login(login -> login
                .authorizationEndpoint(endpoint -> endpoint.authorizationRequestResolver(requests))
                .redirectionEndpoint(endpoint -> endpoint.baseUri(${literal(pathOf(redirectUri))})))
            .build();
    }

    @Bean
    JwtDecoderFactory<ClientRegistration> idTokens() {
        var factory = new OidcIdTokenDecoderFactory();
        factory.setJwsAlgorithmResolver(client -> SignatureAlgorithm.${alg});
        return factory;
    }
}
`,
  };
}

export function javaMachine({ issuer, clientId, authMethod, scopes }: SnippetInput): SnippetModel {
  const asked = {
    grant_type: 'client_credentials',
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' '), resource: apiOf(issuer) }),
  };
  const isBasic = authMethod === 'client_secret_basic';
  return {
    id: 'java',
    title: 'Java (java.net.http)',
    install: '',
    code: `import java.net.URI;
import java.net.URLEncoder;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
${isBasic ? 'import java.util.Base64;\n' : ''}
class AccessToken {
    /** @return JSON with "access_token" */
    static String fetch() throws Exception {
        var secret = System.getenv("${secretVariable}");
        var form = ${literal(new URLSearchParams(asked).toString())}${isBasic ? '' : `\n            + "&client_id=" + encoded(${literal(clientId)}) + "&client_secret=" + encoded(secret)`};
        var request = HttpRequest.newBuilder(URI.create(${literal(`${issuer}/token`)}))
            .header("Content-Type", "application/x-www-form-urlencoded")${isBasic ? `\n            .header("Authorization", "Basic " + basic(${literal(clientId)}, secret))` : ''}
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) throw new IllegalStateException("no token: " + answer.statusCode());
        return answer.body();
    }
${
  isBasic
    ? `
    static String basic(String id, String secret) {
        var pair = encoded(id) + ":" + encoded(secret);
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
`
    : ''
}
    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
`,
  };
}
