"""A small contract, and a request that keeps to it."""

PATH = "/documents/42?lang=en"
BODY = b'{"title":"A report","lang":"en","pages":[1,2,3],"author":{"name":"N. N."}}'
CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Document"}}}
ANSWER = {"type": "object", "required": ["hello"], "properties": {"hello": {"type": "string"}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "bench", "version": "1"},
    "paths": {
        "/documents/{number}": {
            "parameters": [
                {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}},
                {"name": "lang", "in": "query", "schema": {"enum": ["en", "de"]}},
            ],
            "post": {
                "requestBody": {"required": True, "content": CONTENT},
                "responses": {
                    "200": {"description": "", "content": {"application/json": {"schema": ANSWER}}}
                },
            },
        }
    },
    "components": {
        "schemas": {
            "Document": {
                "type": "object",
                "required": ["title", "lang"],
                "additionalProperties": False,
                "properties": {
                    "title": {"type": "string", "maxLength": 100},
                    "lang": {"enum": ["en", "de"]},
                    "pages": {"type": "array", "items": {"type": "integer", "minimum": 0}},
                    "author": {"type": "object", "properties": {"name": {"type": "string"}}},
                },
            }
        }
    },
}
