// Starts Swagger UI; its own start script is inline, which our Content Security Policy forbids.
globalThis.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  // Otherwise it would send the document to a validator on the internet.
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
});
