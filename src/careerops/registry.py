"""Every adapter by family and kind: `module:Class`, strings only, imported when configured.

Third parties add kinds through entry points: group `careerops.<family>`, name = kind, value =
`module:Class`.
"""

from typing import Final

REGISTRY: Final[dict[str, dict[str, str]]] = {
    "mailbox": {
        "mbox": "careerops.adapters.mailbox.mbox:MboxMailbox",
        "maildir": "careerops.adapters.mailbox.maildir:MaildirMailbox",
        "eml": "careerops.adapters.mailbox.eml:EmlMailbox",
        "imap": "careerops.adapters.mailbox.imap:ImapMailbox",
        "takeout": "careerops.adapters.mailbox.takeout:TakeoutMailbox",
    },
    "classifier": {
        "rules": "careerops.adapters.classifier.rules:RulesClassifier",
    },
    "chatmodel": {
        "anthropic": "careerops.adapters.llm.models:AnthropicChatModel",
        "gemini": "careerops.adapters.llm.models:GeminiChatModel",
        "groq": "careerops.adapters.llm.models:GroqChatModel",
        "openai": "careerops.adapters.llm.models:OpenAIChatModel",
    },
    "researcher": {
        "mail": "careerops.adapters.researcher.mail:MailResearcher",
        "tavily": "careerops.adapters.researcher.tavily:TavilyResearcher",
    },
    "notifier": {
        "console": "careerops.adapters.notifier.console:ConsoleNotifier",
        "jsonl": "careerops.adapters.notifier.jsonl:JsonlNotifier",
        "email": "careerops.adapters.notifier.email:EmailNotifier",
        "whatsapp": "careerops.adapters.notifier.whatsapp:WhatsAppNotifier",
    },
}
