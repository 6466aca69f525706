"""A repairer behind a chat endpoint that speaks OpenAI's protocol; the one module that talks to the network.

Standard library alone: no redirect is followed and no proxy used, so that a sentence goes where the rules say and
nowhere else.
"""

import http.client
import json
import os
from urllib.parse import urlsplit

from pipeline.repairing import prompt
from pipeline.repairing.protocol import Proposal, UnansweredError, UnreadableError
from pipeline.repairing.rules import Rules
from pipeline.tables import Question

_OK, _BUSY, _BROKEN = 200, 429, 500


class Endpoint:
    """Asks one model behind one address; a connection each time, for hours may lie between two questions."""

    def __init__(self, rules: Rules) -> None:
        self.name, self.version = rules.model, rules.version
        self._rules = rules
        address = urlsplit(rules.base_url)
        self._secure, self._host, self._port = address.scheme == "https", address.hostname or "", address.port
        self._path = f"{address.path.rstrip('/')}/chat/completions"

    def propose(self, question: Question) -> list[Proposal]:
        """Send a sentence, and read the edits that come back.

        Raises:
            UnreadableError: the model's answer is no list of edits, or too long.
            UnansweredError: the endpoint cannot be reached, is too slow, or sends no chat completion.
        """
        body = {
            "model": self._rules.model,
            "messages": prompt.messages(question, self._rules),
            "temperature": 0,
            "max_tokens": self._rules.max_tokens,
            "stream": False,
        }
        raw = self._post(json.dumps(body).encode())
        if len(raw) > self._rules.most_bytes:
            raise UnreadableError(f"an answer of more than {self._rules.most_bytes} bytes")
        try:
            content = json.loads(raw)["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise UnansweredError("no chat completion", again=False) from None
        if not isinstance(content, str):
            raise UnreadableError("an answer without text")
        return prompt.read(content, question.text)

    def _post(self, body: bytes) -> bytes:
        made = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = made(self._host, self._port, timeout=self._rules.timeout)
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        key = os.environ.get(self._rules.key_from, "") if self._rules.key_from else ""
        if key:
            headers["Authorization"] = f"Bearer {key}"
        try:
            connection.request("POST", self._path, body, headers)
            with connection.getresponse() as response:
                if response.status != _OK:
                    again = response.status == _BUSY or response.status >= _BROKEN
                    raise UnansweredError(f"http {response.status}", again=again)
                return response.read(self._rules.most_bytes + 1)
        except TimeoutError:
            raise UnansweredError("timeout", again=True) from None
        except (OSError, http.client.HTTPException):
            raise UnansweredError("unreachable", again=True) from None
        finally:
            connection.close()
