"""Mails that try to steer a language model, their clean twins, and a model that obeys them."""
