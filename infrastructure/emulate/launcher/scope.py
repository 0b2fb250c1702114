"""The one account and region of the emulator, for work that no request started."""

import os
import threading
from contextlib import AbstractContextManager

from ministack.core.responses import request_scope

# Stacks, the clock and requests work in threads of their own; all that this package changes, it changes under this.
LOCK = threading.RLock()


def home_scope() -> AbstractContextManager[None]:
    return request_scope(os.environ["MINISTACK_ACCOUNT_ID"], os.environ["MINISTACK_REGION"])
