"""The document at /openapi.json tells the truth about the server: every call in it is answered by a route."""
import json
import sys

from harness import Checks, Server, arguments, put_catalog, scratch

METHODS = {"get", "put", "post", "patch", "delete"}
NO_ROUTE = {"not_found", "method_not_allowed"}


def filled(path):
    """A path with something in place of its parameters."""
    parts = ["nothing" if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def references(value):
    """All $ref of a document."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolves(document, reference):
    found = document
    for part in reference.removeprefix("#/").split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return True


def check_operation(checks, client, document, path, method, operation):
    where = f"{method.upper()} {path}"
    checks.that(operation.get("responses"), f"{where} says what it answers")
    checks.that(operation.get("operationId"), f"{where} has an operationId")
    declared = {p["name"] for p in parameters(document, path, operation) if p.get("in") == "path"}
    checks.equal(declared, {part[1:-1] for part in path.split("/") if part.startswith("{")},
                 f"{where}: its path parameters")
    body = b"{}" if method in ("post", "put", "patch") else None
    reply = client.send(method.upper(), filled(path), body)
    checks.that(reply.code not in NO_ROUTE and reply.status not in (405, 500, 501), f"{where}: {reply!r}")
    checks.that(str(reply.status) in known_answers(operation), f"{where} does not mention {reply!r}")
    key, client.key = client.key, None
    reply = client.send(method.upper(), filled(path), body)
    client.key = key
    if path.startswith(("/v1/", "/ofrep/")):
        checks.equal((reply.status, reply.code), (401, "caller_is_unknown"), f"{where} without a key: {reply!r}")
    else:
        checks.equal(reply.status, 200, f"{where} without a key")


def parameters(document, path, operation):
    for parameter in document["paths"][path].get("parameters", []) + operation.get("parameters", []):
        if "$ref" in parameter:
            parameter = document["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
        yield parameter


def known_answers(operation):
    """The statuses that an operation mentions; "default" and "4XX" stand for every error."""
    known = set(operation.get("responses", {}))
    for status in range(400, 600):
        if "default" in known or f"{status // 100}XX" in known:
            known.add(str(status))
    return known


def main():
    options = arguments(__doc__)
    checks = Checks("openapi")
    count = 0
    with scratch(options.keep) as folder:
        server = Server(options.program, folder / "data")
        client = server.client()
        put_catalog(client)
        reply = client.get("/openapi.json")
        checks.equal(reply.status, 200, "GET /openapi.json")
        try:
            document = json.loads(reply.body)
        except ValueError as error:
            checks.that(False, f"/openapi.json is no JSON: {error}")
            document = {}
        checks.that(document.get("openapi", "").startswith("3.1"), f"OpenAPI 3.1, not {document.get('openapi')}")
        checks.that(document.get("info", {}).get("version"), "the document has a version")
        for reference in set(references(document)):
            checks.that(resolves(document, reference), f"{reference} leads nowhere")
        names = []
        for path, item in document.get("paths", {}).items():
            for method, operation in item.items():
                if method in METHODS:
                    count += 1
                    names.append(operation.get("operationId"))
                    check_operation(checks, client, document, path, method, operation)
        checks.equal(len(set(names)), len(names), "no operationId is used twice")
        checks.that(count > 40, f"all of /v1 is in the document: {count} operations")
        checks.equal(client.get("/docs").status, 200, "GET /docs")
        checks.equal(server.stop(), 0, f"a stop: {server.stderr()}")
    checks.finish(f"{count} operations")


if __name__ == "__main__":
    sys.exit(main())
