"""Keras: layers, the step as one tf.function, Keras' Adam."""

import math
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from peer import arguments, batches, serve

args = arguments()
morph = args.net == "morph"
widths, size = ([24, 48, 96, 192], 256) if morph else ([32, 64, 128, 256], 64)
root = args.side // 2 ** len(widths)
features = root * root * widths[-1]
tf.config.threading.set_intra_op_parallelism_threads(2)
tf.config.threading.set_inter_op_parallelism_threads(2)
keras.utils.set_random_seed(1)


def activated(h):
    return layers.ReLU()(layers.BatchNormalization(momentum=0.97, epsilon=1e-3)(h) if morph else h)


def convolution(kind, width):
    return kind(width, 4, 2, padding="same", use_bias=not morph)


pixels = h = keras.Input((args.side, args.side, 3))
for width in widths:
    h = activated(convolution(layers.Conv2D, width)(h))
encoder = keras.Model(pixels, layers.Dense(2 * size)(layers.Flatten()(h)))
latents = keras.Input((size,))
h = activated(layers.Reshape((root, root, widths[-1]))(layers.Dense(features)(latents)))
for width in reversed(widths[:-1]):
    h = activated(convolution(layers.Conv2DTranspose, width)(h))
decoder = keras.Model(latents, layers.Conv2DTranspose(3, 4, 2, padding="same")(h))
weights = encoder.trainable_variables + decoder.trainable_variables
adam = keras.optimizers.Adam(1e-3)
adam.build(weights)


def similarity(x, y):
    """SSIM in every second window of 7 × 7."""
    pool = lambda t: tf.nn.avg_pool2d(t, 7, 2, "VALID")
    mx, my = pool(x), pool(y)
    covariance = pool(x * y) - mx * my
    variances = pool(x * x + y * y) - (mx * mx + my * my)
    alike = (2 * mx * my + 1e-4) * (2 * covariance + 9e-4)
    return tf.reduce_mean(alike / ((mx * mx + my * my + 1e-4) * (variances + 9e-4)), [1, 2, 3])


def loss_of(x):
    mean, log_variance = tf.split(encoder(x, training=True), 2, 1)
    log_variance = tf.clip_by_value(log_variance, -12.0, 6.0)
    noise = tf.random.normal(tf.shape(mean))
    logits = decoder(mean + tf.exp(0.5 * log_variance) * noise, training=True)
    rate = 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_variance) - log_variance - 1, 1)
    if not morph:
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
        return tf.reduce_mean(tf.reduce_sum(entropy, [1, 2, 3]) + rate)
    y, d = tf.sigmoid(logits), args.side**2 * 3
    error = d / 2 * tf.math.log(tf.reduce_mean((y - x) ** 2, [1, 2, 3]) + 1e-6)
    structure = d / 4 * tf.math.log(1 - similarity(x, y) + 1e-5)
    return tf.reduce_mean(error + structure + rate)


@tf.function
def step(pictures):
    with tf.GradientTape() as tape:
        loss = loss_of(tf.cast(pictures, tf.float32) / 255)
    adam.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss


@tf.function(reduce_retracing=False)
def decoded(z):
    return tf.sigmoid(decoder(z, training=False))


data = batches(args.pack, args.side, args.batch)


def train(steps):
    for _ in range(steps):
        if not math.isfinite(step(tf.constant(next(data))).numpy()):
            raise ArithmeticError("the loss is not finite")


def decode(count, times):
    for _ in range(times):
        decoded(tf.constant(np.random.standard_normal((count, size)).astype(np.float32))).numpy()


serve(f"Keras {keras.__version__} on TensorFlow {tf.__version__}", train, decode)
