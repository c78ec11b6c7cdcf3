"""The model, for those who train it and those who ask it."""
import math


class Logistic:
    """Weights on counts."""

    def __init__(self, weights, bias):
        self.weights = weights
        self.bias = bias

    def probability(self, features):
        """Of the label 1."""
        score = self.bias + sum(weight * value for weight, value in zip(self.weights, features))
        return 1 / (1 + math.exp(-max(-30, min(30, score))))

    def step(self, features, label, rate):
        """One step along the gradient."""
        error = label - self.probability(features)
        self.bias += rate * error
        self.weights = [weight + rate * error * value for weight, value in zip(self.weights, features)]
