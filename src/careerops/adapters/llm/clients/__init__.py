"""One model at one vendor for one credential, over the vendor's official SDK."""
